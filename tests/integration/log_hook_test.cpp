// What an embedded broker and a client tell their programs' logs.

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/guarded_board.hpp"
#include "support/log_recorder.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

TEST_CASE("An embedded broker tells its log what the program logs", "[keyless]") {
  const LogRecorder log;
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.bind = "tcp://*:*";
  options.insecure = true;
  options.data = (folder.path() / "data").string();
  options.on_log = log.hook();
  Broker broker(options);
  broker.start();
  const LogEntry insecure = log.wait_for("insecure");
  CHECK(insecure.level == LogLevel::warning);
  const LogEntry serving = log.wait_for("serving");
  CHECK(serving.level == LogLevel::info);
  CHECK(serving.text ==
        "event=serving commands=" + broker.endpoint() + " updates=" + broker.updates_endpoint());
  CHECK(has(log.wait_for("data_opened"), "folder="));
  broker.stop();
  CHECK(has(log.wait_for("stopped"), "requests="));
}

TEST_CASE("A log hook that throws is no harm, and what is told holds no secret", "[keyless]") {
  const LogRecorder log;
  GuardedBoard files;
  files.stop();
  BrokerOptions options = files.broker_options();
  std::atomic<int> calls = 0;
  options.on_log = [&, hook = log.hook()](const LogEntry& entry) {
    hook(entry);
    ++calls;
    throw std::runtime_error("the log is full");
  };
  Broker broker(options);
  broker.start();
  ClientOptions stranger = files.options("alice", broker.endpoint());
  stranger.open_timeout = 300ms;
  files.make_keys("carol");
  stranger.key_file = files.path("carol.key");
  stranger.on_log = [&](const LogEntry& entry) {
    log.hook()(entry);
    throw 5;
  };
  Client client(stranger);
  CHECK_THROWS_AS(client.open("plant"), Error);
  std::ofstream(files.path("authorized")) << "nonsense\n";
  CHECK(broker.reload());
  CHECK(log.wait_for("access_refused").level == LogLevel::error);
  CHECK(broker.running());
  CHECK(calls > 0);
  for (const LogEntry& entry : log.all()) {
    CAPTURE(entry.text);
    for (const char* name : {"alice", "carol"})
      CHECK(entry.text.find(files.keys(name).own_secret) == std::string::npos);
  }
}

TEST_CASE("A broker tells what becomes of its data") {
  Broker memory(short_times());
  CHECK(memory.data_state() == DataState::memory);
  const TemporaryFolder folder;
  for (const auto& [durability, state] : {std::pair(Durability::sync, DataState::sync),
                                          std::pair(Durability::async, DataState::async)}) {
    BrokerOptions options = short_times();
    options.data = (folder.path() / std::string(to_string(state))).string();
    options.durability = durability;
    Broker broker(options);
    CHECK(broker.data_state() == state);
    broker.start();
    CHECK(broker.data_state() == state);
    broker.stop();
    CHECK(broker.data_state() == state);
  }
  CHECK(to_string(DataState::failed) == "failed");
}

TEST_CASE("A client tells when it loses its broker and session and has them again") {
  IpcBoard board;
  const LogRecorder log;
  ClientOptions options = board->options();
  options.on_log = log.hook();
  Client client(options);
  Namespace space = client.open("plant");
  CHECK(log.wait_for("session_begun").level == LogLevel::info);
  CHECK(has(log.wait_for("session_begun"), "endpoint=" + board->endpoint()));
  CHECK(has(log.wait_for("up_to_date"), "namespace='plant'"));
  const std::size_t before = log.all().size();
  board->restart();  // another history
  CHECK(space.set("x", 1) != Revision());
  CHECK(log.wait_for("session_lost").level == LogLevel::warning);
  CHECK(has(log.wait_for("behind"), "namespace='plant'"));
  CHECK(await([&] { return log.all().size() > before + 2; }));
  board->stop();
  CHECK(log.wait_for("broker_lost").level == LogLevel::warning);
}

TEST_CASE("A client tells that nobody listens, that it is not let in, and where else it looks",
          "[keyless]") {
  GuardedBoard board;
  {
    const LogRecorder log;
    ClientOptions options;
    options.endpoint = "tcp://127.0.0.1:1," + board.endpoint();
    options.on_log = log.hook();
    Client client(options);
    CHECK(has(log.wait_for("unreachable"), "endpoint=tcp://127.0.0.1:1"));
    CHECK(has(log.wait_for("endpoint_moved"), "endpoint=" + board.endpoint() + " left=tcp://127"));
  }
  const LogRecorder log;
  ClientOptions options = board.options("alice");
  options.server_key = board.path("bob.pub");
  options.on_log = log.hook();
  Client client(options);
  const LogEntry refused = log.wait_for("handshake_failed");
  CHECK(refused.level == LogLevel::warning);
  CHECK(has(refused, "endpoint=" + board.endpoint() + " keys=yes"));
}
