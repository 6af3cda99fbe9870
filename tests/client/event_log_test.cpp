#include "client/system/event_log.hpp"

#include <chrono>

#include "support/catch.hpp"

using namespace bulletin;
using namespace std::chrono_literals;
using client::EventLog;
using client::SteadyTime;

TEST_CASE("An event that comes too often is told once a second, with how often it was left out") {
  EventLog log;
  SteadyTime now{1h};
  const auto admit = [&](std::string_view event) {
    return log.admit(LogLevel::warning, event, "space=a", now);
  };
  const auto first = admit("behind");
  REQUIRE(first);
  CHECK(first->level == LogLevel::warning);
  CHECK(first->event == "behind");
  CHECK(first->text == "event=behind space=a");
  for (int i = 1; i != 10; ++i) CHECK(admit("behind"));
  for (int i = 0; i != 7; ++i) CHECK_FALSE(admit("behind"));
  CHECK(admit("other"));  // is counted by itself
  now += 999ms;
  CHECK_FALSE(admit("behind"));
  now += 1ms;
  const auto later = admit("behind");
  REQUIRE(later);
  CHECK(later->text == "event=behind space=a left_out=8");
  CHECK_FALSE(admit("behind"));
  now += 1h;
  CHECK(admit("behind")->text == "event=behind space=a left_out=1");
  for (int i = 1; i != 10; ++i) CHECK(admit("behind"));
  CHECK_FALSE(admit("behind"));
}

TEST_CASE("An event without details is its name") {
  EventLog log;
  CHECK(log.admit(LogLevel::info, "session_lost", {}, SteadyTime())->text == "event=session_lost");
}
