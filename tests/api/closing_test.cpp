// The end of a client, and what outlives it.
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

constexpr const char* nobody = "ipc:///tmp/nobody-listens-here";

struct Gated {
  explicit Gated(bulletin::ClientOptions options = {}) {
    commands.lead_to(board.endpoint());
    options.endpoint = commands.endpoint();
    client.emplace(options);
  }

  Gate commands;
  Board board;
  std::optional<bulletin::Client> client;
};

bulletin::ClientOptions quick_close() {
  bulletin::ClientOptions options;
  options.close_timeout = 200ms;
  return options;
}

}  // namespace

TEST_CASE("handles, snapshots and typed handles outlive their client") {
  const Board board;
  std::optional<bulletin::Client> client(board.client());
  const bulletin::Namespace space = client->open("outlived");
  const auto handle = space.attribute<int>("x");
  const auto absent = space.attribute<int>("absent");
  space.set("x", 1);
  const Revision revision = space.set("text", "hello");
  space.set("_private", 3);
  const bulletin::Snapshot snapshot = space.snapshot();
  client.reset();

  CHECK(space.at<int>("x") == 1);
  CHECK(space.read<std::string>("text")->revision == revision);
  CHECK(space.get_or("absent", 7) == 7);
  CHECK(space.at<int>("_private") == 3);
  CHECK(space.contains("x"));
  CHECK(space.size() == 2);
  CHECK(space.names() == std::vector<std::string>{"text", "x"});
  CHECK(space.revision() == revision);
  CHECK(space.snapshot().at<int>("x") == 1);
  CHECK(space.name() == "outlived");
  CHECK(space.uri() == board.endpoint() + "#outlived");
  CHECK(space.freshness().state == bulletin::Freshness::State::stale);
  CHECK(snapshot.at<std::string>("text") == "hello");
  CHECK(handle.get() == 1);
  CHECK_FALSE(absent.get());
  CHECK(space.attribute<int>("x").get() == 1);
  CHECK(space["x"].as<int>() == 1);
}

TEST_CASE("writes and waits through a handle whose client has ended throw disconnected") {
  const Board board;
  std::optional<bulletin::Client> client(board.client());
  const bulletin::Namespace space = client->open("outlived");
  const auto handle = space.attribute<int>("x");
  space.set("x", 1);
  client.reset();
  const auto check = [&](const char* what, auto&& call) {
    CAPTURE(what);
    const bulletin::Error error = failure_of(call);
    CHECK(error.code() == Errc::disconnected);
    CHECK_FALSE(error.may_have_applied());
    CHECK(mentions(error, "closed"));
  };
  check("set", [&] { space.set("x", 2); });
  check("set_async", [&] { space.set_async("x", 2).get(); });
  check("erase", [&] { space.erase("x"); });
  check("add", [&] { space.add("n", 2); });
  check("compare_and_set", [&] { space.compare_and_set("x", bulletin::absent, 2); });
  check("update", [&] { space.update<int>("x", [](auto) { return 2; }); });
  check("commit", [&] { space.commit(Transaction().set("x", 2)); });
  check("commit_async", [&] { space.commit_async(Transaction().set("x", 2)).get(); });
  check("handle", [&] { handle.set(2); });
  check("proxy", [&] { space["x"] = 2; });
  check("sync", [&] { space.sync(); });
  check("watch", [&] { (void)space.watch([](const bulletin::Change&) {}); });
  check("wait_until", [&] {
    space.wait_for(
        "x", [](const Value& x) { return x == 2; }, patience);
  });
  CHECK(space.at<int>("x") == 1);
}

TEST_CASE("a client that never met a broker ends at once, and its writes were not sent") {
  const auto before = std::chrono::steady_clock::now();
  std::optional<bulletin::Client> client(
      bulletin::Client({.endpoint = nobody, .open_timeout = 20ms}));
  CHECK(code_of([&] { client->open("x"); }) == Errc::disconnected);
  client.reset();
  CHECK(std::chrono::steady_clock::now() - before < patience / 2);
}

TEST_CASE("futures of writes that were not sent get disconnected when their client ends") {
  IpcBoard board;
  std::optional<bulletin::Client> client(board->client(quick_close()));
  const bulletin::Namespace space = client->open("pending");
  board->stop();
  REQUIRE(await([&] { return space.freshness().state == bulletin::Freshness::State::stale; }));
  std::vector<bulletin::Future<Revision>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(space.set_async("x", i));
  client.reset();
  for (auto& future : futures) {
    REQUIRE(future.wait_for(0s) == std::future_status::ready);
    const bulletin::Error error = failure_of([&] { future.get(); });
    CHECK(error.code() == Errc::disconnected);
    CHECK(error.retryable());
  }
}

TEST_CASE("futures of writes that were sent and not answered get in_doubt when their client ends") {
  Gated net(quick_close());
  const bulletin::Namespace space = net.client->open("pending");
  space.set("x", 0);
  net.commands.hold();
  auto sent = space.set_async("x", 1);
  REQUIRE(sent.wait_for(50ms) == std::future_status::timeout);
  auto unsent = space.set_async("x", 2);
  const auto before = std::chrono::steady_clock::now();
  net.client.reset();
  CHECK(std::chrono::steady_clock::now() - before < patience);
  REQUIRE(sent.wait_for(0s) == std::future_status::ready);
  REQUIRE(unsent.wait_for(0s) == std::future_status::ready);
  const bulletin::Error doubt = failure_of([&] { sent.get(); });
  CHECK(doubt.code() == Errc::in_doubt);
  CHECK(doubt.may_have_applied());
  CHECK_FALSE(doubt.retryable());
  CHECK(code_of([&] { unsent.get(); }) == Errc::disconnected);
}

TEST_CASE("a write that was sent and not answered in time is in doubt") {
  bulletin::ClientOptions options = quick_close();
  options.write_timeout = 200ms;
  Gated net(options);
  const bulletin::Namespace space = net.client->open("pending");
  space.set("x", 0);
  net.commands.hold();
  const bulletin::Error error = failure_of([&] { space.set("x", 1); });
  CHECK(error.code() == Errc::in_doubt);
  CHECK(error.name() == "x");
  CHECK(mentions(error, "x"));
  auto future = space.set_async("y", 1);
  // It waits behind the one in doubt, or was sent: either may be told.
  const Errc code = code_of([&] { future.get(); });
  CHECK((code == Errc::in_doubt || code == Errc::disconnected));
}

TEST_CASE("writes that can be answered are, before their client ends") {
  const Board board;
  std::vector<bulletin::Future<Revision>> futures;
  {
    bulletin::Client client = board.client();
    const bulletin::Namespace space = client.open("pending");
    for (int i = 0; i < 1'000; ++i) futures.push_back(space.set_async("x", i));
  }
  Revision last;
  for (auto& future : futures) {
    const Revision next = future.get();
    CHECK(next > last);
    last = next;
  }
  bulletin::Client client = board.client();
  CHECK(client.open("pending").at<int>("x") == 999);
}

TEST_CASE("calls of other threads end when their client does") {
  Gated net(quick_close());
  const bulletin::Namespace space = net.client->open("pending");
  space.set("x", 0);
  net.commands.hold();
  std::atomic<int> begun{0};
  std::vector<std::thread> threads;
  std::vector<Errc> codes(5, Errc::missing);
  const auto start = [&](std::size_t index, auto call) {
    threads.emplace_back([&, index, call] {
      ++begun;
      try {
        call();
      } catch (const bulletin::Error& error) {
        codes[index] = error.code();
      }
    });
  };
  start(0, [&] { space.set("x", 1); });
  start(1, [&] { space.set("x", 2); });
  start(2, [&] { space.sync(); });
  start(3, [&] {
    space.wait_for(
        "x", [](const Value& x) { return x == 9; }, patience);
  });
  start(4, [&] { net.client->namespaces(); });
  REQUIRE(await([&] { return begun == 5; }));
  // Long enough for each to be inside its call, whatever the machine does.
  CHECK_FALSE(space.wait_for(
      "x", [](const Value& x) { return x == 9; }, 100ms));
  bulletin::Client ended = std::move(*net.client);
  ended = bulletin::Client({.endpoint = nobody});
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t write : {0U, 1U}) {
    CHECK((codes[write] == Errc::in_doubt || codes[write] == Errc::disconnected));
  }
  CHECK(codes[2] == Errc::disconnected);
  CHECK(codes[3] == Errc::disconnected);
  CHECK(codes[4] == Errc::disconnected);
}

TEST_CASE("a client is moved and its handles stay with it") {
  const Board board;
  bulletin::Client first = board.client();
  const bulletin::Namespace space = first.open("moved");
  bulletin::Client second = std::move(first);
  CHECK(space.set("x", 1) > Revision());
  CHECK(second.open("moved").at<int>("x") == 1);
  bulletin::Client third = board.client();
  const bulletin::Namespace other = third.open("moved");
  third = std::move(second);
  CHECK(code_of([&] { other.set("x", 2); }) == Errc::disconnected);
  CHECK(space.set("x", 3) > Revision());
}

TEST_CASE("clients begin and end in great numbers while a watch goes on") {
  const Board board;
  bulletin::Client watching = board.client();
  Recorder recorder;
  const bulletin::Namespace space = watching.open("churn");
  const auto subscription = space.watch("x", recorder.watcher());
  for (int i = 0; i < 60; ++i) {
    bulletin::Client client = board.client();
    if (i % 3 == 0) continue;  // ends before it has met the broker
    const bulletin::Namespace mine = client.open("churn");
    if (i % 3 == 1) mine.set("x", i);
    if (i % 3 == 2) mine.set_async("x", i);
  }
  const auto told = recorder.wait_for("x", Value(59));
  CHECK(told.size() == 40);
}
