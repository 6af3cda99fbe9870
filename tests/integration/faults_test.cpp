// Clients behind lines that delay, throttle, stall, and break.

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "client/transport/command_connection.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/faulty_line.hpp"
#include "support/raw_client.hpp"

namespace {

using namespace bulletin;
using namespace std::chrono_literals;
using test::await;
using test::FaultyLine;

/// A board with one line for commands and one for updates; `far` makes clients behind them, `near`
/// asks the broker itself.
struct FarBoard {
  explicit FarBoard(BrokerOptions options = test::short_times())
      : board(advertised(std::move(options), updates.endpoint())) {
    commands.connect(board.endpoint());
    updates.connect(board.updates_endpoint());
    near.hello();
  }

  static BrokerOptions advertised(BrokerOptions options, const std::string& endpoint) {
    options.advertise = endpoint;
    return options;
  }

  Client far(ClientOptions options = test::impatient(test::patience)) const {
    options.endpoint = commands.endpoint();
    return Client(options);
  }
  void stall(bool stalled) {
    commands.stall(stalled);
    updates.stall(stalled);
  }
  void cut(bool cut) {
    commands.cut(cut);
    updates.cut(cut);
  }
  void delay(std::chrono::milliseconds time) {
    commands.delay(time);
    updates.delay(time);
  }
  void throttle(std::size_t bytes_per_second) {
    commands.throttle(bytes_per_second);
    updates.throttle(bytes_per_second);
  }

  FaultyLine commands;
  FaultyLine updates;
  test::Board board;
  test::RawClient near{board.endpoint()};
};

/// Passes requests and answers, and loses the first answer to a SNAPSHOT; the connections stay.
class LosingCommands {
 public:
  explicit LosingCommands(const std::string& broker)
      : front_(context_, zmq::socket_type::router), back_(context_, zmq::socket_type::dealer) {
    front_.set(zmq::sockopt::linger, 0);
    back_.set(zmq::sockopt::linger, 0);
    front_.bind("tcp://127.0.0.1:*");
    endpoint_ = front_.get(zmq::sockopt::last_endpoint);
    back_.connect(broker);
    thread_ = std::thread([this] { run(); });
  }
  ~LosingCommands() {
    stopping_ = true;
    thread_.join();
  }
  LosingCommands(const LosingCommands&) = delete;
  LosingCommands& operator=(const LosingCommands&) = delete;

  const std::string& endpoint() const noexcept { return endpoint_; }
  /// From the request whose answer was lost to the next of its kind.
  std::chrono::milliseconds waited() const { return waited_; }

 private:
  using Clock = std::chrono::steady_clock;

  void run() {
    zmq::pollitem_t items[] = {{front_.handle(), 0, ZMQ_POLLIN, 0},
                               {back_.handle(), 0, ZMQ_POLLIN, 0}};
    while (!stopping_) {
      client::poll(items, 2, 10ms);
      if (items[0].revents != 0) pass(front_, back_, true);
      if (items[1].revents != 0) pass(back_, front_, false);
    }
  }
  void pass(zmq::socket_t& from, zmq::socket_t& to, bool request) {
    std::vector<zmq::message_t> frames;
    do {
      if (!from.recv(frames.emplace_back())) return;
    } while (frames.back().more());
    if (request && client::view(frames.back()).starts_with("\x93\x06")) {
      if (snapshots_++ == 0) {
        asked_ = Clock::now();
        id_ = frames[1].to_string();
      } else if (snapshots_ == 2) {
        waited_ = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked_);
      }
    }
    if (!request && snapshots_ == 1 && frames.size() > 1 && frames[1].to_string() == id_) return;
    for (std::size_t i = 0; i != frames.size(); ++i)
      to.send(frames[i], i + 1 == frames.size() ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }

  zmq::context_t context_;
  zmq::socket_t front_;
  zmq::socket_t back_;
  std::string endpoint_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::chrono::milliseconds> waited_{1h};
  unsigned snapshots_ = 0;
  Clock::time_point asked_;
  std::string id_;  // of the request whose answer is lost
  std::thread thread_;
};

Freshness::State state(const Namespace& space) { return space.freshness().state; }

/// The far replica is where the broker is, and knows it. (It checks the digest itself.)
bool agree(const Namespace& far, test::RawClient& near) {
  const wire::NamespaceStatus now = near.status(far.name());
  return state(far) == Freshness::State::connected && far.revision() == Revision(now.revision) &&
         far.size() == now.attributes;
}

}  // namespace

TEST_CASE("a cable that is pulled is noticed, reads go on, and what was missed comes after") {
  FarBoard lines;
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  lines.near.write("plant", Transaction().set("x", 1));
  REQUIRE(await([&] { return agree(far, lines.near); }));
  lines.stall(true);
  lines.near.write("plant", Transaction().set("x", 2));
  REQUIRE(await([&] { return state(far) == Freshness::State::stale; }));
  CHECK(far.get<int>("x") == 1);
  lines.near.write("plant", Transaction().set("x", 3));
  lines.stall(false);
  REQUIRE(await([&] { return agree(far, lines.near); }));
  CHECK(far.get<int>("x") == 3);
  CHECK(far.set("y", 1) != Revision());
}

TEST_CASE("a partition that is longer than the session ends it, and the client begins anew") {
  BrokerOptions options = test::short_times();
  options.session_time = 300ms;
  FarBoard lines(options);
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  far.set("here", true, {.ephemeral = true});
  REQUIRE(await([&] { return lines.near.read("plant", "here"); }));
  lines.stall(true);
  REQUIRE(await([&] { return !lines.near.read("plant", "here"); }));
  lines.stall(false);
  REQUIRE(await([&] { return lines.near.read("plant", "here") && agree(far, lines.near); }));
}

TEST_CASE("a link that flaps loses no write, and applies none twice") {
  FarBoard lines;
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  for (std::int64_t round = 1; round != 11; ++round) {
    std::vector<std::future<Revision>> written;
    for (int i = 0; i != 20; ++i) {
      written.push_back(far.set_async("n" + std::to_string(i), round));
      if (i == 10) lines.cut(true);
    }
    lines.cut(false);
    CHECK(far.add("rounds", 1) == round);
    for (auto& one : written) CHECK(one.get() != Revision());
  }
  REQUIRE(await([&] { return agree(far, lines.near); }));
  CHECK(lines.near.read("plant", "rounds") == Value(10));
}

TEST_CASE("answers that do not come back are asked for again, and the write is applied once") {
  FarBoard lines;
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  far.set("ready", true);
  lines.commands.stall(FaultyLine::down, true);
  std::future<std::int64_t> sum =
      std::async(std::launch::async, [&] { return far.add("count", 1); });
  REQUIRE(await([&] { return lines.near.read("plant", "count") == Value(1); }));
  lines.commands.stall(FaultyLine::down, false);
  CHECK(sum.get() == 1);
  far.sync();
  CHECK(far.get<int>("count") == 1);
}

TEST_CASE("a delay of 200 ms costs a round trip, and not one for each pipelined write") {
  FarBoard lines;
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  lines.delay(100ms);
  constexpr int writes = 20'000;
  std::vector<std::future<Revision>> written;
  for (int i = 0; i != writes; ++i) written.push_back(far.set_async("n", i));
  for (auto& one : written) one.get();
  CHECK(far.get<int>("n") == writes - 1);
  // They were gathered: one round trip for each would have been as many requests.
  CHECK(lines.near.read("$sys/broker", "requests").value_or(0).as<int>() < writes / 100);
}

TEST_CASE("a line of 64 KB a second carries what there is, late") {
  FarBoard lines;
  for (int i = 0; i != 100; ++i)
    lines.near.write("plant", Transaction().set("n" + std::to_string(i), std::string(1000, 'x')));
  lines.throttle(64u << 10);
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  CHECK(far.size() == 100);
  for (int i = 0; i != 100; ++i)
    lines.near.write("plant", Transaction().set("n" + std::to_string(i), i));
  REQUIRE(await([&] { return agree(far, lines.near); }));
}

TEST_CASE("an answer that takes seconds on a slow line is asked for once") {
  FarBoard lines;
  constexpr std::size_t bytes = 240'000;
  lines.near.write("plant", Transaction().set("large", std::string(bytes, 'x')));
  lines.throttle(60'000);
  SECTION("by a client that opens the namespace") {
    Client far_client = lines.far();
    CHECK(far_client.open("plant").size() == 1);
  }
  SECTION("by a client without a replica") {
    client::CommandConnection far(lines.commands.endpoint(), test::usual_keys(), test::patience);
    const std::string reply = far.ask(wire::encode(wire::SnapshotRequest{"plant", ""}));
    CHECK(wire::decode_snapshot_reply(reply).attributes.size() == 1);
    CHECK(far.transmissions() == 1);
  }
  // The line counts what it has passed on already.
  REQUIRE(await([&] { return lines.commands.passed(FaultyLine::down) > bytes; }));
  CHECK(lines.commands.passed(FaultyLine::down) < bytes + bytes / 2);
}

TEST_CASE("an answer that is lost is asked for again before the command line would give up",
          "[keyless]") {
  test::Board board;
  test::RawClient near(board.endpoint());
  near.hello();
  near.write("plant", Transaction().set("x", 1));
  LosingCommands line(board.endpoint());
  SECTION("by a client that opens the namespace") {
    ClientOptions options = test::impatient(test::patience);
    options.endpoint = line.endpoint();
    Client far_client(options);
    CHECK(far_client.open("plant").get<int>("x") == 1);
  }
  SECTION("by a client without a replica") {
    client::CommandConnection far(line.endpoint(), {}, test::patience);
    far.ask(wire::encode(wire::SnapshotRequest{"plant", ""}));
    CHECK(far.transmissions() >= 2);
  }
  CHECK(line.waited() < 5s);
}

TEST_CASE("a message that takes seconds on a slow line is sent once, by the same connection") {
  FarBoard lines;
  Client far_client = lines.far();
  Namespace far = far_client.open("plant");
  const std::uint64_t connections = lines.commands.connections();
  lines.commands.throttle(50'000);
  constexpr std::size_t bytes = 200'000;
  CHECK(far.set("large", std::string(bytes, 'x')) != Revision());
  CHECK(lines.commands.connections() == connections);
  CHECK(lines.commands.passed(FaultyLine::up) < bytes + bytes / 2);
}
