#include "server/telemetry/log_throttle.hpp"

#include "support/catch.hpp"

using bulletin::server::LogThrottle;

TEST_CASE("A count that grows is told at once, and then once in a while") {
  LogThrottle throttle;
  const LogThrottle::Time start{};
  CHECK_FALSE(throttle.should_log(0, start));
  CHECK(throttle.should_log(1, start));
  CHECK_FALSE(throttle.should_log(1, start + LogThrottle::interval));
  CHECK(throttle.should_log(5, start + LogThrottle::interval));
  CHECK_FALSE(throttle.should_log(6, start + LogThrottle::interval * 3 / 2));
  CHECK(throttle.should_log(6, start + 2 * LogThrottle::interval));
  CHECK_FALSE(throttle.should_log(6, start + 9 * LogThrottle::interval));
}
