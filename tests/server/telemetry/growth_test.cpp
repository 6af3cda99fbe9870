#include "server/telemetry/growth.hpp"

#include "support/catch.hpp"

using bulletin::server::Growth;

TEST_CASE("A count that grows is told at once, and then once in a while") {
  Growth growth;
  const Growth::Time start{};
  CHECK_FALSE(growth.is_news(0, start));
  CHECK(growth.is_news(1, start));
  CHECK_FALSE(growth.is_news(1, start + Growth::interval));
  CHECK(growth.is_news(5, start + Growth::interval));
  CHECK_FALSE(growth.is_news(6, start + Growth::interval * 3 / 2));
  CHECK(growth.is_news(6, start + 2 * Growth::interval));
  CHECK_FALSE(growth.is_news(6, start + 9 * Growth::interval));
}
