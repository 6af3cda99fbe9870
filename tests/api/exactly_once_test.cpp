// Writes through a network that loses what is on its way.
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Revision;

namespace {

struct Network {
  explicit Network(bulletin::BrokerOptions options = short_times()) : board(std::move(options)) {
    commands.lead_to(board.endpoint());
  }

  bulletin::Client client(std::chrono::milliseconds write_timeout = 20s) const {
    bulletin::ClientOptions options;
    options.endpoint = commands.endpoint();
    options.write_timeout = write_timeout;
    options.close_timeout = 200ms;
    return bulletin::Client(options);
  }

  Gate commands;
  Board board;
};

}  // namespace

TEST_CASE("no write is lost or applied twice when connections are cut again and again") {
  Network net;
  bulletin::Client client = net.client();
  bulletin::Client direct = net.board.client();
  const bulletin::Namespace space = client.open("once");
  std::atomic<int> done{0};
  std::vector<std::thread> writers;
  for (int thread = 0; thread < 2; ++thread) {
    writers.emplace_back([&] {
      for (int i = 0; i < 150; ++i) {
        space.add("n", 1);
        ++done;
      }
    });
  }
  std::vector<std::future<Revision>> futures;
  int cuts = 0;
  for (; done < 300; ++cuts) {
    net.commands.shut();
    futures.push_back(space.set_async("x", cuts));
    net.commands.open();
    const int before = done;
    await([&] { return done > before + 5 || done == 300; });
  }
  for (std::thread& thread : writers) thread.join();
  Revision last;
  for (auto& future : futures) {
    const Revision next = future.get();
    CHECK(next > last);
    last = next;
  }
  const bulletin::Namespace other = direct.open("once");
  CHECK(other.at<int>("n") == 300);
  CHECK(other.at<int>("x") == cuts - 1);
}

TEST_CASE("a write whose answer was lost is not applied again") {
  Network net;
  bulletin::Client client = net.client();
  bulletin::Client direct = net.board.client();
  const bulletin::Namespace space = client.open("once");
  const bulletin::Namespace other = direct.open("once");
  for (int i = 1; i <= 10; ++i) {
    net.commands.hold();
    auto sum = std::async(std::launch::async, [&] { return space.add("n", 1); });
    // What the client has sent waits in the gate: it arrives, and its answer may be lost.
    net.commands.open();
    other.wait_for(
        "n", [&](const bulletin::Value& n) { return n == i; }, patience);
    net.commands.shut();
    net.commands.open();
    CHECK(sum.get() == i);
  }
  other.sync();
  CHECK(other.at<int>("n") == 10);
}

TEST_CASE("a write that was sent is in doubt when the broker is another one before it answers") {
  Network net;
  bulletin::Client client = net.client();
  const bulletin::Namespace space = client.open("once");
  space.set("x", 0);
  net.commands.hold();
  auto sent = space.set_async("x", 1);
  REQUIRE(sent.wait_for(50ms) == std::future_status::timeout);
  auto unsent = space.set_async("y", 1);
  const Board successor;
  net.commands.shut();
  net.commands.lead_to(successor.endpoint());
  net.commands.open();
  const bulletin::Error error = failure_of([&] { sent.get(); });
  CHECK(error.code() == Errc::in_doubt);
  CHECK(error.may_have_applied());
  // What was never sent moves to the new session.
  CHECK(unsent.get() > Revision());
  CHECK(space.at<int>("y") == 1);
  CHECK_FALSE(space.contains("x"));
}

TEST_CASE("a write that was sent is in doubt when its session ends before it is answered") {
  bulletin::BrokerOptions options = short_times();
  options.session_time = 500ms;
  Network net(options);
  bulletin::Client client = net.client();
  bulletin::Client direct = net.board.client();
  const bulletin::Namespace space = client.open("once");
  const bulletin::Namespace other = direct.open("once");
  space.set("mark", 1, {.ephemeral = true});
  other.sync();
  net.commands.hold();
  auto sent = space.set_async("x", 1);
  REQUIRE(sent.wait_for(50ms) == std::future_status::timeout);
  auto unsent = space.set_async("y", 1);
  REQUIRE(await([&] { return !other.contains("mark"); }));
  net.commands.shut();
  net.commands.open();
  CHECK(code_of([&] { sent.get(); }) == Errc::in_doubt);
  CHECK(unsent.get() > Revision());
  other.sync();
  CHECK(other.contains("y"));
  CHECK(await([&] { return other.contains("mark"); }));
}
