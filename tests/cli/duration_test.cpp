#include "cli/duration.hpp"

#include <string>

#include "cli/exit.hpp"
#include "support/catch.hpp"

using bulletin::cli::longest_duration;
using bulletin::cli::parse_duration;
using bulletin::cli::UsageError;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;

TEST_CASE("a duration is a number with its unit") {
  CHECK(parse_duration("5ms") == milliseconds(5));
  CHECK(parse_duration("2s") == milliseconds(2000));
  CHECK(parse_duration("1.5m") == milliseconds(90'000));
  CHECK(parse_duration("1h") == milliseconds(3'600'000));
  CHECK(parse_duration(".5s") == milliseconds(500));
  CHECK(parse_duration("1193h") == milliseconds(1193LL * 3'600'000));
  CHECK(parse_duration("876000h") == longest_duration);
}

TEST_CASE("a fraction of a millisecond is rounded, and never the whole of it") {
  CHECK(parse_duration("1.001s") == milliseconds(1001));
  CHECK(parse_duration("2.6ms") == milliseconds(3));
  CHECK(parse_duration("0.4ms", milliseconds(0)) == milliseconds(0));
  CHECK_THROWS_WITH(parse_duration("0.9ms"), "'0.9ms' is less than 1ms");
}

TEST_CASE("a duration without a unit is refused with both that may be meant") {
  CHECK_THROWS_WITH(parse_duration("5"), ContainsSubstring("write 5s or 5ms"));
  CHECK_THROWS_WITH(parse_duration("0.5"), ContainsSubstring("write 0.5s or 0.5ms"));
  CHECK_THROWS_AS(parse_duration("500"), UsageError);
  CHECK(parse_duration("0", milliseconds(0)) == milliseconds(0));
}

TEST_CASE("a duration below the least that makes sense says what that is") {
  CHECK_THROWS_WITH(parse_duration("0"), "'0' is less than 1ms");
  CHECK_THROWS_WITH(parse_duration("50ms", milliseconds(100)), "'50ms' is less than 100ms");
  CHECK(parse_duration("100ms", milliseconds(100)) == milliseconds(100));
}

TEST_CASE("a duration beyond what can be counted is refused, not wrapped around") {
  CHECK_THROWS_WITH(parse_duration("876001h"), ContainsSubstring("more than 876000h"));
  CHECK_THROWS_WITH(parse_duration("999999999999999999999h"), ContainsSubstring("more than"));
  CHECK_THROWS_WITH(parse_duration("9223372036854775807ms"), ContainsSubstring("more than"));
  CHECK_THROWS_AS(parse_duration(std::string(400, '9') + "h"), UsageError);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text :
       {"",   " ",    "s",    "soon", "-1",   "-1s", "-0s",   "1 s",  "1s ", "1d",
        "1S", "0x5s", "1e3s", "inf",  "infs", "nan", "nanms", "1,5s", "5sm", "+5s"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_duration(text), ContainsSubstring("is no time such as"));
  }
}
