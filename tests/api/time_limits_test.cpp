// How long one call may wait, and what ends a wait.
#include <atomic>
#include <chrono>
#include <string>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Freshness;

namespace {

struct Interrupted {};

/// Nothing listens there.
bulletin::ClientOptions nowhere(const TemporaryFolder& folder) {
  bulletin::ClientOptions options;
  options.endpoint = "ipc://" + (folder.path() / "nobody").string();
  options.open_timeout = options.write_timeout = 1h;
  return options;
}

}  // namespace

TEST_CASE("a time limit of one call takes the place of the client's") {
  const TemporaryFolder folder;
  bulletin::Client client(nowhere(folder));
  CHECK(code_of([&] { client.open("plant", {.timeout = 10ms}); }) == Errc::disconnected);
  CHECK(code_of([&] { client.namespaces("", 10ms); }) == Errc::disconnected);
  const bulletin::Namespace later = client.open("plant", {.wait = false});
  const bulletin::Error error = failure_of([&] { later.sync(10ms); });
  CHECK(error.code() == Errc::disconnected);
  CHECK(mentions(error, "within 10 ms"));
  CHECK(code_of([&] { later.flush(10ms); }) == Errc::disconnected);
}

TEST_CASE("a namespace that is opened without waiting is complete when the broker has come") {
  IpcBoard board;
  board->stop();
  Recorder recorder;
  bulletin::Client client = board->client();
  const bulletin::Namespace plant = client.open("plant", {.wait = false});
  CHECK(plant.size() == 0);
  CHECK_FALSE(plant.get<int>("speed"));
  CHECK(plant.freshness().state == Freshness::State::stale);
  const bulletin::Subscription watch = plant.watch(recorder.watcher());
  board->restart();
  board->client().open("plant").set("speed", 3);
  plant.sync();
  CHECK(plant.at<int>("speed") == 3);
  CHECK(recorder.wait_for("speed", 3).back().value == 3);
  plant.set("speed", 4);
  client.open("plant");
  CHECK(plant.at<int>("speed") == 4);
}

TEST_CASE("what on_wait throws ends the wait and reaches the caller") {
  const TemporaryFolder folder;
  std::atomic<int> calls = 0;
  bulletin::ClientOptions options = nowhere(folder);
  options.on_wait = [&] {
    if (++calls % 2 == 0) throw Interrupted();
  };
  bulletin::Client client(options);
  CHECK_THROWS_AS(client.open("plant"), Interrupted);
  CHECK_THROWS_AS(client.namespaces(), Interrupted);
  const bulletin::Namespace plant = client.open("plant", {.wait = false});
  CHECK_THROWS_AS(plant.sync(), Interrupted);
  CHECK_THROWS_AS(plant.wait_for(
                      "x", [](const auto&) { return true; }, 1h),
                  Interrupted);
  CHECK(calls == 8);
}

TEST_CASE("a wait that was ended leaves the client as it was") {
  const Board board;
  std::atomic<bool> interrupted = true;
  bulletin::ClientOptions options = board.options();
  options.on_wait = [&] {
    if (interrupted) throw Interrupted();
  };
  bulletin::Client client(options);
  const bulletin::Namespace plant = client.open("plant", {.wait = false});
  CHECK_THROWS_AS(plant.wait_for(
                      "x", [](const auto&) { return true; }, 1h),
                  Interrupted);
  interrupted = false;
  plant.sync();
  plant.set("x", 1);
  CHECK(plant.wait_for(
      "x", [](const auto& value) { return value == 1; }, patience));
}
