#include "client/loop/async_write_queue.hpp"

#include <string>
#include <thread>

#include "support/catch.hpp"

using bulletin::Revision;
using bulletin::client::AsyncWriteQueue;
using bulletin::client::SteadyTime;

namespace {

AsyncWriteQueue::Added add(AsyncWriteQueue& intake, std::string_view transaction,
                           SteadyTime deadline) {
  return intake.add({nullptr, bulletin::replica::CrossThreadString(transaction)}, {}, deadline);
}

SteadyTime now() { return std::chrono::steady_clock::now(); }
SteadyTime in_a_minute() { return now() + std::chrono::minutes(1); }

std::string taken(AsyncWriteQueue& intake) {
  std::string all;
  for (const auto& chunk : intake.take()) {
    for (const AsyncWriteQueue::Entry& each : chunk) all += each.write.transaction;
  }
  return all;
}

}  // namespace

TEST_CASE("What was added is taken in its order, and only the first has to be told of") {
  AsyncWriteQueue intake(1 << 20);
  CHECK(add(intake, "a", now()) == AsyncWriteQueue::Added::first);
  CHECK(add(intake, "b", now()) == AsyncWriteQueue::Added::more);
  CHECK(add(intake, "c", now()) == AsyncWriteQueue::Added::more);
  CHECK(taken(intake) == "abc");
  CHECK(taken(intake).empty());
  CHECK(add(intake, "d", now()) == AsyncWriteQueue::Added::first);
  CHECK(taken(intake) == "d");
}

TEST_CASE("Any number is taken in its order") {
  AsyncWriteQueue intake(1 << 20);
  std::string all;
  for (int i = 0; i != 1000; ++i) {
    const std::string transaction = std::to_string(i) + ' ';
    all += transaction;
    add(intake, transaction, in_a_minute());
  }
  CHECK(taken(intake) == all);
  CHECK(taken(intake).empty());
}

TEST_CASE("Past its bound an intake takes nothing until its deadline, or until there is room") {
  AsyncWriteQueue intake(1);
  CHECK(add(intake, "a", now()) == AsyncWriteQueue::Added::first);
  CHECK(add(intake, "b", now()) == AsyncWriteQueue::Added::full);
  auto added = AsyncWriteQueue::Added::full;
  std::thread waiting([&] { added = add(intake, "c", in_a_minute()); });
  CHECK(taken(intake) == "a");
  waiting.join();
  CHECK(added == AsyncWriteQueue::Added::first);
  CHECK(taken(intake) == "c");
}

TEST_CASE("A closed intake accepts nothing, and gives out what it has") {
  AsyncWriteQueue intake(1);
  CHECK(add(intake, "a", now()) == AsyncWriteQueue::Added::first);
  auto added = AsyncWriteQueue::Added::full;
  std::thread waiting([&] { added = add(intake, "b", in_a_minute()); });
  intake.close();
  waiting.join();
  CHECK(added == AsyncWriteQueue::Added::closed);
  CHECK(add(intake, "c", in_a_minute()) == AsyncWriteQueue::Added::closed);
  CHECK(taken(intake) == "a");
}
