#include "replica/digest_memory.hpp"

#include "support/catch.hpp"

using bulletin::replica::DigestMemory;

TEST_CASE("a digest is known at the revisions that were remembered, and at no others") {
  DigestMemory memory;
  CHECK(memory.empty());
  memory.remember(10, 1);
  memory.remember(20, 2);
  CHECK(memory.find(10) == 1U);
  CHECK(memory.find(20) == 2U);
  CHECK_FALSE(memory.find(15));
  CHECK_FALSE(memory.find(21));
}

TEST_CASE("what the stream has passed is forgotten") {
  DigestMemory memory;
  for (std::uint64_t revision = 1; revision != 10; ++revision) memory.remember(revision, revision);
  memory.forget_before(5);
  CHECK_FALSE(memory.find(4));
  CHECK(memory.find(5) == 5U);
  memory.forget_before(100);
  CHECK(memory.empty());
}

TEST_CASE("a stream that stands still does not make the memory grow without bound") {
  DigestMemory memory;
  for (std::uint64_t revision = 1; revision <= 100'000; ++revision) memory.remember(revision, 7);
  CHECK_FALSE(memory.find(1));
  CHECK_FALSE(memory.find(50'000));
  CHECK(memory.find(100'000) == 7U);
}
