#include "server/net/fair_queue.hpp"

#include <vector>

#include "authority/quota.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using server::FairQueue;

namespace {

bool everybody(FairQueue::User) { return true; }

std::vector<std::uint64_t> all_of(FairQueue& queue) {
  std::vector<std::uint64_t> all;
  while (const auto next = queue.pop(everybody)) all.push_back(*next);
  return all;
}

}  // namespace

TEST_CASE("Users take turns and so do the connections of each") {
  const authority::Account many;
  const authority::Account one;
  FairQueue queue;
  for (std::uint64_t connection = 1; connection <= 5; ++connection) queue.push(&many, connection);
  queue.push(&one, 100);
  queue.push(nullptr, 200);
  queue.push(nullptr, 201);
  CHECK(queue.size() == 8);
  CHECK(all_of(queue) == std::vector<std::uint64_t>{1, 100, 200, 2, 201, 3, 4, 5});
  CHECK(queue.size() == 0);
  CHECK_FALSE(queue.any_may_go(everybody));
}

TEST_CASE("A user with a thousand connections is served as often as one with a single connection") {
  const authority::Account many;
  const authority::Account one;
  FairQueue queue;
  for (std::uint64_t connection = 1; connection <= 1000; ++connection)
    queue.push(&many, connection);
  queue.push(&one, 5000);
  int of_one = 0;
  for (int i = 0; i != 1000; ++i) {
    const std::uint64_t next = queue.pop(everybody).value();
    of_one += next == 5000 ? 1 : 0;
    queue.push(next == 5000 ? &one : &many, next);  // it has more
  }
  CHECK(of_one == 500);
}

TEST_CASE("A user that may not go is passed over and keeps its place") {
  const authority::Account fast;
  const authority::Account slow;
  FairQueue queue;
  queue.push(&slow, 1);
  queue.push(&fast, 2);
  queue.push(&fast, 3);
  const auto not_slow = [&](FairQueue::User user) { return user != &slow; };
  CHECK(queue.pop(not_slow) == 2);
  CHECK(queue.pop(not_slow) == 3);
  CHECK(queue.pop(not_slow) == std::nullopt);
  CHECK_FALSE(queue.any_may_go(not_slow));
  CHECK(queue.size() == 1);
  CHECK(queue.pop(everybody) == 1);
}
