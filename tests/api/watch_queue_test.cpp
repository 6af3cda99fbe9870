// Watches whose changes the program takes, and how often watches are told.
#include <poll.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/open_board.hpp"
#include "api/recorder.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::TypedChange;
using bulletin::Value;
using bulletin::WatchQueue;

namespace {

bool is_readable(int descriptor, std::chrono::milliseconds time) {
  pollfd item{descriptor, POLLIN, 0};
  return ::poll(&item, 1, static_cast<int>(time.count())) == 1;
}

/// Takes until the newest value is this one; how many changes that were, skipped ones included.
template <class T>
std::uint64_t take_until(WatchQueue<T>& queue, const T& value) {
  std::uint64_t count = 0;
  while (const auto change = queue.next(patience)) {
    count += 1 + change->skipped;
    if (change->value == value) return count;
  }
  FAIL("the value did not come");
  return count;
}

}  // namespace

TEST_CASE("a queue gives the present values and then every change in order") {
  const OpenBoard open;
  open.space.set("a", 1);
  open.space.set("b", 2);
  WatchQueue<> queue = open.space.watch_queue();
  REQUIRE(queue);
  auto change = queue.next();
  REQUIRE(change);
  CHECK(change->name == "a");
  CHECK(change->value == Value(1));
  CHECK(change->resynced);
  CHECK_FALSE(change->last);
  change = queue.next();
  CHECK(change->name == "b");
  CHECK(change->last);
  CHECK_FALSE(queue.next());
  const bulletin::Revision revision = open.other.set("a", 3);
  change = queue.next(patience);
  REQUIRE(change);
  CHECK(change->value == Value(3));
  CHECK(change->revision == revision);
  CHECK_FALSE(change->resynced);
  CHECK(change->skipped == 0);
  open.other.erase("b");
  change = queue.next(patience);
  CHECK(change->name == "b");
  CHECK_FALSE(change->value);
}

TEST_CASE("a typed queue of one attribute has values of its type") {
  const OpenBoard open;
  WatchQueue<int> queue = open.space.watch_queue<int>("n", {.updates_only = true});
  WatchQueue<bulletin::Encoded> bytes = open.space.watch_queue<bulletin::Encoded>("n");
  open.space.set("other", 1);
  open.space.set("n", 2);
  open.space.set("n", "text");
  open.space.set("n", 3);
  CHECK(queue.next(patience)->value == 2);
  CHECK(code_of([&] { queue.next(patience); }) == Errc::wrong_type);
  CHECK(queue.next(patience)->value == 3);
  CHECK(bytes.next(patience)->value->bytes == "\x02");
  CHECK(bytes.next(patience)->value->bytes == "\xA4text");
}

TEST_CASE("a descriptor is readable while there is a change to take") {
  const OpenBoard open;
  open.space.set("n", 1);
  WatchQueue<int> queue = open.space.watch_queue<int>("n");
  const int descriptor = queue.descriptor();
  CHECK(queue.descriptor() == descriptor);
  CHECK(is_readable(descriptor, patience));
  CHECK(queue.next()->value == 1);
  CHECK_FALSE(is_readable(descriptor, 0ms));
  open.space.set("n", 2);
  open.space.set("n", 3);
  CHECK(is_readable(descriptor, patience));
  CHECK(queue.next()->value == 2);
  CHECK(is_readable(descriptor, patience));
  CHECK(queue.next()->value == 3);
  CHECK_FALSE(queue.next());
  CHECK_FALSE(is_readable(descriptor, 0ms));
}

TEST_CASE("a queue that nobody takes from is bounded and says how many changes it has skipped") {
  const OpenBoard open;
  WatchQueue<int> queue = open.space.watch_queue<int>("n", {.bytes = 1000});
  constexpr int count = 500;
  for (int i = 1; i <= count; ++i) open.space.post("n", i);
  open.space.flush();
  int taken = 0;
  std::uint64_t told = 0;
  while (const auto change = queue.next()) {
    ++taken;
    told += 1 + change->skipped;
    if (change->value == count) break;
  }
  CHECK(taken < 50);
  CHECK(told == count);
}

TEST_CASE("a queue holds up neither callbacks nor other queues") {
  const OpenBoard open;
  WatchQueue<int> idle = open.space.watch_queue<int>("n", {.bytes = 1000});
  WatchQueue<int> busy = open.space.watch_queue<int>("n");
  Recorder recorder;
  const bulletin::Subscription watch = open.space.watch("n", recorder.watcher());
  for (int i = 1; i <= 200; ++i) open.other.post("n", i);
  open.other.flush();
  CHECK(take_until(busy, 200) == 200);
  CHECK(recorder.wait_for("n", 200).size() == 200);
  CHECK(take_until(idle, 200) == 200);
}

TEST_CASE("a watch of updates only is not told what was there before") {
  const OpenBoard open;
  open.space.set("n", 1);
  Recorder recorder;
  const bulletin::Subscription watch =
      open.space.watch("n", recorder.watcher(), {.updates_only = true});
  open.space.set("n", 2);
  const std::vector<Told> told = recorder.wait_for("n", 2);
  REQUIRE(told.size() == 1);
  CHECK(told.front().value == Value(2));
  CHECK_FALSE(told.front().resynced);
}

TEST_CASE("a watch with an interval is told the newest value and how many came between") {
  const OpenBoard open;
  Recorder recorder;
  const bulletin::Subscription watch =
      open.space.watch("n", recorder.watcher(), {.interval = 200ms});
  WatchQueue<int> queue = open.space.watch_queue<int>("n", {.interval = 200ms});
  constexpr int count = 100;
  for (int i = 1; i <= count; ++i) open.space.set("n", i);
  const std::vector<Told> told = recorder.wait_for("n", count);
  std::uint64_t all = 0;
  for (const Told& one : told) all += 1 + one.skipped;
  CHECK(all == count);
  CHECK(take_until(queue, count) == count);
  CHECK(code_of([&] { (void)open.space.watch("n", recorder.watcher(), {.interval = -1ms}); }) ==
        Errc::rejected);
}

TEST_CASE("the interval of a queue keeps its descriptor quiet until it is time") {
  const OpenBoard open;
  WatchQueue<int> queue = open.space.watch_queue<int>("n", {.interval = 1h});
  open.space.set("n", 1);
  CHECK(is_readable(queue.descriptor(), patience));
  CHECK(queue.next()->value == 1);
  open.space.set("n", 2);
  CHECK_FALSE(queue.next(1ms));
  CHECK_FALSE(is_readable(queue.descriptor(), 0ms));
}

TEST_CASE("a queue ends with its client after what it has") {
  const Board board;
  auto client = std::make_unique<bulletin::Client>(board.options());
  const bulletin::Namespace space = client->open("plant");
  WatchQueue<int> queue = space.watch_queue<int>("n", {.interval = 1h});
  space.set("n", 1);
  CHECK(queue.next(patience)->value == 1);
  space.set("n", 2);
  WatchQueue<int> other = space.watch_queue<int>("none");
  Errc code{};
  std::thread waiting([&] {
    try {
      other.next(1h);
    } catch (const bulletin::Error& error) {
      code = error.code();
    }
  });
  client.reset();
  waiting.join();
  CHECK(code == Errc::disconnected);
  CHECK(queue.next()->value == 2);
  CHECK(code_of([&] { queue.next(); }) == Errc::disconnected);
  CHECK(code_of([&] { (void)space.watch_queue(); }) == Errc::disconnected);
}

TEST_CASE("a queue that was cancelled or moved from is empty") {
  const OpenBoard open;
  WatchQueue<int> queue = open.space.watch_queue<int>("n");
  WatchQueue<int> moved = std::move(queue);
  CHECK_FALSE(queue);
  open.space.set("n", 1);
  CHECK(moved.next(patience)->value == 1);
  moved.cancel();
  CHECK_FALSE(moved);
  open.space.set("n", 2);
}
