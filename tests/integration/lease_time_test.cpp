// How long a time to live lasts, by the clocks of those who set it and see it end.
#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// When each name was seen to go.
class Ends {
 public:
  Watcher watcher() {
    return [this](const Change& change) {
      const std::scoped_lock lock(mutex_);
      if (change.value == nullptr) seen_.emplace(change.name, Clock::now());
    };
  }
  [[nodiscard]] std::map<std::string, Clock::time_point> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point> seen_;
};

/// By how much each of 50 times to live ended late, in order.
std::vector<Clock::duration> lateness(BrokerOptions options) {
  const Board board(std::move(options));
  Client client = board.client();
  const Namespace space = client.open("leases");
  Ends ends;
  const Subscription subscription = space.watch(ends.watcher());
  std::mt19937 random(5);
  const auto below = [&](int bound) { return std::uniform_int_distribution(0, bound - 1)(random); };
  std::map<std::string, Clock::time_point> due;
  Clock::time_point next = Clock::now();
  for (int i = 0; i != 50; ++i) {
    const std::chrono::milliseconds ttl(i % 7 == 0 ? 1 : 20 + below(400));
    const std::string name = std::to_string(i);
    next += std::chrono::microseconds(below(20'000));
    await([&] { return Clock::now() >= next; });
    const Clock::time_point called = Clock::now();
    if (i % 2 == 0) {
      space.set(name, i, {.ttl = ttl});
    } else {
      space.compare_and_set(name, absent, i, {.ttl = ttl});
    }
    // A call that was held up by a busy machine may have had its answer long before: it is counted
    // from its beginning.
    const Clock::time_point returned = Clock::now();
    due[name] = (returned - called < 20ms ? returned : called) + ttl;
    if (i % 5 == 0) space.add(name, 1);  // keeps it
  }
  REQUIRE(await([&] { return ends.seen().size() == due.size(); }));
  std::vector<Clock::duration> late;
  for (const auto& [name, seen] : ends.seen()) late.push_back(seen - due.at(name));
  std::sort(late.begin(), late.end());
  return late;
}

void check(const BrokerOptions& options) {
  const std::vector<Clock::duration> late = lateness(options);
  const auto ms = [](Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  };
  CHECK(ms(late.front()) >= 0);
  // The machine may be busy: one or the other may be later.
  CHECK(ms(late[late.size() / 2]) <= ms(options.beat) / 10);
}

}  // namespace

TEST_CASE("times to live end not early by the clock of who set them and soon after") {
  BrokerOptions options = short_times();
  options.beat = 1s;
  check(options);
  const TemporaryFolder folder;
  options.data = (folder.path() / "data").string();
  check(options);
}
