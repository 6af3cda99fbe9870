#include "server/running_clock.hpp"

#include "support/catch.hpp"

using bulletin::server::RunningClock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

const RunningClock::Time clock_start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("The clock advances by what has passed, and loses nothing to rounding") {
  RunningClock clock(milliseconds(1000), clock_start);
  std::uint64_t total = 0;
  for (auto now = clock_start; now <= clock_start + std::chrono::seconds(10);
       now += microseconds(1500)) {
    total += clock.advance(now, true);
  }
  CHECK(total > 9'890);
  CHECK(total <= 10'000);
}

TEST_CASE("Short times are saved up") {
  RunningClock clock(milliseconds(1000), clock_start);
  CHECK(clock.advance(clock_start + milliseconds(99), true) == 0);
  CHECK(clock.next() == clock_start + milliseconds(100));
  CHECK(clock.advance(clock_start + milliseconds(100), true) == 100);
}

TEST_CASE("A broker that was away advances by one beat, and nothing is made up for later") {
  RunningClock clock(milliseconds(1000), clock_start);
  const auto back = clock_start + std::chrono::hours(3);
  CHECK(clock.advance(back, true) == 1000);
  CHECK(clock.advance(back + milliseconds(1), true) == 0);
  CHECK(clock.advance(back + milliseconds(100), true) == 100);
}

TEST_CASE("Time stands while requests are left unread, but not for ever") {
  RunningClock clock(milliseconds(1000), clock_start);
  auto now = clock_start;
  for (int turn = 0; turn < RunningClock::patient_turns; ++turn) {
    now += milliseconds(10);
    CHECK(clock.advance(now, false) == 0);
  }
  CHECK(clock.advance(now, false) == 160);
  CHECK(clock.advance(now + milliseconds(200), false) == 0);
  CHECK(clock.advance(now + milliseconds(200), true) == 200);
}
