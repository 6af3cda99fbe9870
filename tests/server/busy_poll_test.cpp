#include "server/busy_poll.hpp"

#include "support/catch.hpp"

using bulletin::server::BusyPoll;
using std::chrono::microseconds;
using std::chrono::seconds;

namespace {

constexpr microseconds longest{200};

/// `count` arrivals, `gap` apart; the time of the last.
BusyPoll::Time arrive(BusyPoll& poll, BusyPoll::Time now, microseconds gap, int count) {
  for (int i = 0; i < count; ++i) {
    now += gap;
    poll.found(now, now);
  }
  return now;
}

const BusyPoll::Time beginning = BusyPoll::Time{} + seconds(1000);

}  // namespace

TEST_CASE("What comes close together is awaited awake, and no longer than the bound") {
  BusyPoll poll(longest);
  const BusyPoll::Time now = arrive(poll, beginning, microseconds(80), 20);
  CHECK(poll.again(now));
  CHECK(poll.again(now + microseconds(199)));
  CHECK_FALSE(poll.again(now + longest));
}

TEST_CASE("What comes now and then finds a sleeper") {
  BusyPoll poll(longest);
  CHECK_FALSE(poll.again(beginning));
  BusyPoll::Time now = arrive(poll, beginning, microseconds(1000), 100);
  CHECK_FALSE(poll.again(now));
  // Also two at once, every ten milliseconds.
  for (int i = 0; i < 20; ++i) {
    now = arrive(poll, now, microseconds(10'000), 1);
    CHECK_FALSE(poll.again(now));
    now = arrive(poll, now, microseconds(1), 1);
  }
  CHECK_FALSE(poll.again(now));
}

TEST_CASE("After a pause a few arrivals are enough to stay awake again") {
  BusyPoll poll(longest);
  BusyPoll::Time now = arrive(poll, beginning, microseconds(80), 20);
  now = arrive(poll, now, microseconds(1'000'000), 1);
  CHECK_FALSE(poll.again(now));
  CHECK(poll.again(arrive(poll, now, microseconds(80), 5)));
}

TEST_CASE("What was waited for between two arrivals does not count") {
  BusyPoll poll(longest);
  BusyPoll::Time now = beginning;
  for (int i = 0; i < 20; ++i) {
    now += microseconds(80);
    poll.found(now, now + microseconds(500));
    now += microseconds(500);
  }
  CHECK(poll.again(now));
}

TEST_CASE("Without a time it always sleeps") {
  BusyPoll poll(microseconds(0));
  const BusyPoll::Time now = arrive(poll, beginning, microseconds(0), 20);
  CHECK_FALSE(poll.again(now));
}
