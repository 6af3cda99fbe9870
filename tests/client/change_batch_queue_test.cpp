#include "client/watch/change_batch_queue.hpp"

#include "support/catch.hpp"

namespace {

using bulletin::client::ChangeBatchQueue;
using bulletin::client::QueuedBatch;
using bulletin::replica::ChangeBatch;

constexpr std::uint64_t robot = 1;
constexpr std::uint64_t plant = 2;

ChangeBatch batch(std::uint64_t revision, std::string_view name, std::string_view value) {
  return {revision, false, 0, {{name, value, revision}}};
}

}  // namespace

TEST_CASE("a batch queue gives batches back in the order they came") {
  ChangeBatchQueue queue(1 << 20);
  queue.push(robot, batch(1, "a", "1"));
  queue.push(robot, batch(2, "a", "2"));
  const QueuedBatch first = queue.pop();
  CHECK(first.changes.at(0).value == "1");
  CHECK_FALSE(first.resynced);
  CHECK(queue.pop().changes.at(0).revision == 2);
  CHECK(queue.empty());
}

TEST_CASE(
    "a batch queue over its bound keeps the newest change of every name and counts the others") {
  ChangeBatchQueue queue(600);
  for (std::uint64_t revision = 1; revision <= 100; ++revision)
    queue.push(robot, batch(revision, "a", "x"));
  queue.push(robot, batch(101, "b", "y"));
  const QueuedBatch merged = queue.pop();
  CHECK(queue.empty());
  CHECK(merged.resynced);
  REQUIRE(merged.changes.size() == 2);
  CHECK(merged.changes[0].name == "a");
  CHECK(merged.changes[0].revision == 100);
  CHECK(merged.changes[0].skipped.after(0) == 99);
  CHECK(merged.changes[1].skipped.after(0) == 0);
}

TEST_CASE("a merged namespace goes on in order once its batch was taken") {
  ChangeBatchQueue queue(600);
  for (std::uint64_t revision = 1; revision <= 100; ++revision)
    queue.push(robot, batch(revision, "a", "x"));
  queue.pop();
  queue.push(robot, batch(101, "a", "y"));
  const QueuedBatch next = queue.pop();
  CHECK_FALSE(next.resynced);
  CHECK(next.changes.at(0).skipped.after(0) == 0);
}

TEST_CASE("merging keeps the first values of a watch whole and ahead") {
  ChangeBatchQueue queue(600);
  QueuedBatch first;
  first.space = robot;
  first.only = std::shared_ptr<bulletin::detail::Watch>(
      reinterpret_cast<bulletin::detail::Watch*>(&queue), [](auto*) {});
  first.changes.push_back({"a", "1", 1, 0, {}});
  queue.push_first_values(first);
  for (std::uint64_t revision = 2; revision <= 100; ++revision)
    queue.push(robot, batch(revision, "a", "x"));
  CHECK(queue.pop().only != nullptr);
  CHECK(queue.pop().changes.at(0).revision == 100);
}

TEST_CASE("two merged namespaces stay apart") {
  ChangeBatchQueue queue(600);
  for (std::uint64_t revision = 1; revision <= 100; ++revision) {
    queue.push(revision % 2 == 0 ? robot : plant, batch(revision, "a", "x"));
  }
  const QueuedBatch one = queue.pop();
  const QueuedBatch other = queue.pop();
  CHECK(one.space != other.space);
  CHECK(one.changes.size() == 1);
  CHECK(one.changes[0].skipped.after(0) + other.changes[0].skipped.after(0) == 98);
  CHECK(queue.empty());
}

TEST_CASE("what a repair skipped survives merging") {
  ChangeBatchQueue queue(600);
  queue.push(robot, ChangeBatch{50, true, 40, {{"a", "1", 50}}});
  for (std::uint64_t revision = 51; revision <= 100; ++revision)
    queue.push(robot, batch(revision, "a", "x"));
  const QueuedBatch merged = queue.pop();
  CHECK(merged.skipped.after(0) == 40);
  CHECK(merged.changes.at(0).skipped.after(0) == 50);
}

TEST_CASE("what was skipped is counted for each watch from its own beginning") {
  ChangeBatchQueue queue(600);
  const std::uint64_t early = queue.begin_watch();
  std::uint64_t revision = 0;
  const auto push = [&](int count) {
    for (int i = 0; i < count; ++i) queue.push(robot, batch(++revision, "a", "x"));
  };
  push(10);
  const std::uint64_t late = queue.begin_watch();
  push(20);
  const std::uint64_t latest = queue.begin_watch();
  CHECK(queue.begin_watch() == latest);
  push(5);
  const QueuedBatch merged = queue.pop();
  CHECK(merged.changes.at(0).skipped.after(early) == 34);
  CHECK(merged.changes.at(0).skipped.after(late) == 24);
  CHECK(merged.changes.at(0).skipped.after(latest) == 4);
}

TEST_CASE("first values come before a merged batch that is newer") {
  ChangeBatchQueue queue(600);
  for (std::uint64_t revision = 1; revision <= 100; ++revision)
    queue.push(robot, batch(revision, "a", "x"));
  QueuedBatch first;
  first.space = robot;
  first.only = std::shared_ptr<bulletin::detail::Watch>(
      reinterpret_cast<bulletin::detail::Watch*>(&queue), [](auto*) {});
  first.changes.push_back({"a", "x", 100, queue.begin_watch(), {}});
  queue.push_first_values(first);
  queue.push(robot, batch(101, "a", "y"));
  CHECK(queue.pop().changes.at(0).revision == 100);
  CHECK(queue.pop().changes.at(0).revision == 101);
}

TEST_CASE("repairs that were merged are counted for each watch from its own beginning") {
  ChangeBatchQueue queue(300);
  queue.push(robot, {1, true, 7, {{"a", "1", 1}}});
  queue.push(robot, batch(2, "b", "1"));
  const std::uint64_t late = queue.begin_watch();
  queue.push(robot, {3, true, 5, {{"a", "2", 3}}});
  queue.push(robot, batch(4, "c", "1"));
  const QueuedBatch merged = queue.pop();
  CHECK(merged.skipped.after(0) == 12);
  CHECK(merged.skipped.after(late) == 5);
}
