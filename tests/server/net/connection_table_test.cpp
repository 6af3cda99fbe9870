#include "server/net/connection_table.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "server/telemetry/loggers.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;
using authority::Account;

namespace {

struct TableWorld {
  Connection& connect(Account& user) {
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()) == 0);
    others.emplace_back(pair[1]);
    auto connection = std::make_unique<Connection>(next_id, Descriptor(pair[0]), "", nullptr,
                                                   std::size_t{1000}, Connection::Time{});
    connection->account = &user;
    Connection& made = *connection;
    table.add(std::move(connection));
    ++next_id;
    return made;
  }

  BrokerOptions options;
  const NetworkBounds bounds{options};
  EventPoll poll;
  std::shared_ptr<spdlog::logger> log = silent_log();
  Counters counters;
  ConnectionTable table{poll, bounds, counters, *log};
  std::uint64_t next_id = 1;
  std::vector<Descriptor> others;
};

}  // namespace

TEST_CASE("A user with many waiting connections is served as often as a user with one") {
  TableWorld world;
  Account many;
  Account one;
  for (int i = 0; i != 50; ++i) world.table.let_wait(world.connect(many));
  Connection& single = world.connect(one);
  world.table.let_wait(single);
  int of_one = 0;
  for (int i = 0; i != 50; ++i) {
    Connection* const next = world.table.next_waiting();
    REQUIRE(next != nullptr);
    if (next == &single) ++of_one;
    world.table.let_wait(*next);
  }
  CHECK(of_one == 25);
  CHECK(world.table.waiting() == 51);
}

TEST_CASE("A connection that ended is over although a forked child has a copy of its socket") {
  TableWorld world;
  Account user;
  Connection& connection = world.connect(user);
  const Descriptor copy(::dup(connection.socket.get()));
  world.table.end(connection, "a test");
  world.table.release_ended([](Connection&) {}, [](Connection&) { return true; });
  CHECK(world.poll.wait(std::chrono::seconds(0)).empty());
  char byte = 0;
  CHECK(::read(world.others.front().get(), &byte, 1) == 0);
  CHECK(::send(world.others.front().get(), &byte, 1, MSG_NOSIGNAL) == -1);
  CHECK(world.poll.wait(std::chrono::seconds(0)).empty());
}

TEST_CASE("A connection that ended while it waited has no turn") {
  TableWorld world;
  Account user;
  Connection& first = world.connect(user);
  Connection& second = world.connect(user);
  world.table.let_wait(first);
  world.table.let_wait(second);
  world.table.end(first, "a test");
  CHECK(world.table.next_waiting() == &second);
  CHECK(world.table.next_waiting() == nullptr);
}

TEST_CASE("A user that has sent too many requests waits and keeps nobody else waiting") {
  TableWorld world;
  Account limited;
  limited.quota[authority::Resource::requests_per_second] = 1;
  Account other;
  world.table.rates().set_time({});
  world.table.rates().count(limited);
  Connection& slow = world.connect(limited);
  Connection& fast = world.connect(other);
  world.table.let_wait(slow);
  world.table.let_wait(fast);
  CHECK(world.table.some_may_be_served());
  CHECK(world.table.next_waiting() == &fast);
  CHECK(world.table.next_waiting() == nullptr);
  CHECK_FALSE(world.table.some_may_be_served());
  CHECK(world.table.waiting() == 1);
  world.table.rates().set_time(Connection::Time{} + std::chrono::seconds(1));
  CHECK(world.table.next_waiting() == &slow);
}
