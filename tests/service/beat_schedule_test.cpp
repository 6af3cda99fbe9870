#include "service/beat_schedule.hpp"

#include <map>
#include <string>

#include "support/catch.hpp"

using namespace bulletin::service;
using std::chrono::milliseconds;

namespace {

using Time = BeatSchedule::Time;

const Time start{std::chrono::hours(1)};

/// Who beats at this time.
std::string pass(BeatSchedule& schedule, Time now) {
  std::string names;
  schedule.pass(now, [&](std::string_view name) { names += name; });
  return names;
}

}  // namespace

TEST_CASE("A namespace beats once an interval, first one interval after it was added") {
  BeatSchedule schedule(milliseconds(640), 1);
  CHECK_FALSE(schedule.next());
  CHECK(schedule.add("a", start));
  CHECK(pass(schedule, start).empty());
  CHECK(pass(schedule, start + milliseconds(620)).empty());
  CHECK(schedule.next() <= start + milliseconds(640));
  CHECK(pass(schedule, start + milliseconds(640)) == "a");
  CHECK(pass(schedule, start + milliseconds(700)).empty());
  CHECK(pass(schedule, start + milliseconds(1280)) == "a");
}

TEST_CASE("A namespace is added once") {
  BeatSchedule schedule(milliseconds(640), 1);
  CHECK(schedule.add("a", start));
  CHECK_FALSE(schedule.add("a", start + milliseconds(300)));
  CHECK(schedule.size() == 1);
  CHECK(pass(schedule, start + milliseconds(640)) == "a");
}

TEST_CASE("A namespace that was removed does not beat, and beats once when it is added again") {
  BeatSchedule schedule(milliseconds(640), 1);
  schedule.add("a", start);
  CHECK(schedule.remove("a"));
  CHECK_FALSE(schedule.remove("a"));
  CHECK_FALSE(schedule.contains("a"));
  schedule.add("a", start + milliseconds(100));
  CHECK(pass(schedule, start + milliseconds(640)).empty());
  CHECK(pass(schedule, start + milliseconds(740)) == "a");
  CHECK(pass(schedule, start + milliseconds(760)).empty());
}

TEST_CASE("Many that were added at once are spread over the interval, and each keeps its rate") {
  constexpr milliseconds interval{640};
  constexpr int many = 10'000;
  BeatSchedule schedule(interval, 1);
  for (int i = 0; i < many; ++i) schedule.add("n" + std::to_string(i), start);
  std::map<std::string, int, std::less<>> beats;
  std::map<std::string, Time, std::less<>> last;
  Time now = start;
  while (now < start + 10 * interval) {
    now = *schedule.next();
    int together = 0;
    schedule.pass(now, [&](std::string_view name) {
      ++together;
      ++beats[std::string(name)];
      Time& before = last[std::string(name)];
      if (before != Time{}) CHECK(now - before <= interval + milliseconds(10));
      before = now;
    });
    CHECK(together < 300);
  }
  CHECK(beats.size() == many);
  for (const auto& [name, count] : beats) CHECK(count >= 8);
}

TEST_CASE("Very many that were removed at once are no work of the next pass") {
  BeatSchedule schedule(milliseconds(640), 1);
  for (int i = 0; i != 10'000; ++i) schedule.add("n" + std::to_string(i), start);
  schedule.add("a", start);
  for (int i = 0; i != 10'000; ++i) schedule.remove("n" + std::to_string(i));
  const Time due = start + milliseconds(640);
  CHECK(schedule.next() <= due);
  CHECK(pass(schedule, due) == "a");
}
