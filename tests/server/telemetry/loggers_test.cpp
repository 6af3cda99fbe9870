#include "server/telemetry/loggers.hpp"

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

TEST_CASE("Text from outside cannot forge a line of the log") {
  CHECK(quoted("robot") == "\"robot\"");
  CHECK(quoted("a\nlevel=error \"b\"\\\x1b[0m") == R"("a\x0alevel=error \"b\"\\\x1b[0m")");
}

TEST_CASE("What controls a terminal is escaped in the log and in complaints") {
  CHECK(printable("a\u009b2J\u202e\u2028\x7f\xff") ==
        "a\\xc2\\x9b2J\\xe2\\x80\\xae\\xe2\\x80\\xa8\\x7f\\xff");
  CHECK(quoted("\u2066\"") == "\"\\xe2\\x81\\xa6\\\"\"");
}

TEST_CASE("A level that there is not is refused, with those that there are") {
  CHECK_NOTHROW(standard_log("warning"));
  CHECK_NOTHROW(standard_log("off"));
  CHECK_THROWS_AS(standard_log("loud"), Error);
}
