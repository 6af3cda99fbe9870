#include "service/running_clock.hpp"

#include "support/catch.hpp"

using bulletin::service::RunningClock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

const RunningClock::Time clock_start{std::chrono::hours(1)};
/// Ends by itself.
constexpr std::optional<std::uint64_t> nothing;

}  // namespace

TEST_CASE("The clock advances by what has passed, and loses nothing to rounding") {
  RunningClock clock(milliseconds(1000), clock_start);
  std::uint64_t total = 0;
  for (auto now = clock_start; now <= clock_start + std::chrono::seconds(10);
       now += microseconds(1500)) {
    total += clock.advance(now, true, nothing);
  }
  CHECK(total > 9'890);
  CHECK(total <= 10'000);
}

TEST_CASE("Short times are saved up") {
  RunningClock clock(milliseconds(1000), clock_start);
  CHECK(clock.advance(clock_start + milliseconds(99), true, nothing) == 0);
  CHECK(clock.next(nothing) == clock_start + milliseconds(100));
  CHECK(clock.advance(clock_start + milliseconds(100), true, nothing) == 100);
}

TEST_CASE("A broker that was away advances by one beat, and nothing is made up for later") {
  RunningClock clock(milliseconds(1000), clock_start);
  const auto back = clock_start + std::chrono::hours(3);
  CHECK(clock.advance(back, true, nothing) == 1000);
  CHECK(clock.advance(back + milliseconds(1), true, nothing) == 0);
  CHECK(clock.advance(back + milliseconds(100), true, nothing) == 100);
}

TEST_CASE("Time stands while requests are left unread, but not for ever") {
  RunningClock clock(milliseconds(1000), clock_start);
  auto now = clock_start;
  for (int turn = 0; turn < RunningClock::patient_turns; ++turn) {
    now += milliseconds(10);
    CHECK(clock.advance(now, false, nothing) == 0);
  }
  CHECK(clock.advance(now, false, nothing) == 160);
  CHECK(clock.advance(now + milliseconds(200), false, nothing) == 0);
  CHECK(clock.advance(now + milliseconds(200), true, nothing) == 200);
}

TEST_CASE("The clock advances as soon as something ends") {
  RunningClock clock(milliseconds(1000), clock_start);
  CHECK(clock.next(7) == clock_start + milliseconds(7));
  CHECK(clock.next(0) == clock_start + milliseconds(1));
  CHECK(clock.next(100'000) == clock_start + milliseconds(100));
  CHECK(clock.advance(clock_start + microseconds(6999), true, 7) == 0);
  CHECK(clock.advance(clock_start + microseconds(7001), true, 7) == 7);
}

TEST_CASE("Time in which nothing could be decided is skipped") {
  RunningClock clock(milliseconds(1000), clock_start);
  clock.skip_to(clock_start + milliseconds(900));
  CHECK(clock.advance(clock_start + milliseconds(950), true, nothing) == 0);
  CHECK(clock.advance(clock_start + milliseconds(1000), true, nothing) == 100);
}

TEST_CASE("What begins within a grain of time begins at once, so that it has one deadline") {
  RunningClock clock(milliseconds(1000), clock_start);
  CHECK(clock.late_ms(clock_start) == clock.late_ms(clock_start + milliseconds(24)));
  CHECK(clock.late_ms(clock_start) < clock.late_ms(clock_start + milliseconds(25)));
}
