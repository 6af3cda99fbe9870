#include "server/reader_queue.hpp"

#include "support/catch.hpp"

using bulletin::server::ReaderQueue;

namespace {

constexpr std::size_t memory = 64u << 20;

void publish(ReaderQueue& queue, std::size_t updates, std::size_t bytes) {
  for (std::size_t i = 0; i < updates; ++i) queue.grown_by(bytes);
}

/// What a stalled reader's queue takes when it is full of such updates.
std::size_t taken(const ReaderQueue& queue, std::size_t bytes) {
  return static_cast<std::size_t>(queue.limit()) * bytes;
}

}  // namespace

TEST_CASE("At first the queue is bounded for the largest common updates") {
  CHECK(ReaderQueue(memory).limit() == 1024);
}

TEST_CASE("The queue holds the memory allowed, whatever the size of the updates") {
  ReaderQueue queue(memory);
  for (const std::size_t bytes : {100u, 64u << 10, 1000u, 8u << 20, 5000u, 100u}) {
    publish(queue, 2000, bytes);
    CHECK(taken(queue, bytes) <= memory);
    CHECK(taken(queue, bytes + 256) * 2 > memory);
  }
}

TEST_CASE("Large updates after many small ones are noticed before they fill the memory") {
  ReaderQueue queue(memory);
  publish(queue, 100'000, 50);
  CHECK(queue.limit() > 100'000);
  std::size_t published = 0;
  while (taken(queue, 64u << 10) > memory) {
    queue.grown_by(64u << 10);
    published += 64u << 10;
  }
  CHECK(published <= memory / 8);
}

TEST_CASE("Small changes of size change nothing") {
  ReaderQueue queue(memory);
  publish(queue, 2000, 1000);
  for (int i = 0; i < 10'000; ++i) CHECK_FALSE(queue.grown_by(i % 2 == 0 ? 900 : 1100));
}
