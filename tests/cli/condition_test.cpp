#include "cli/condition.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "cli/exit.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using cli::Condition;
using cli::UsageError;

namespace {

bool holds(const char* condition, const Value& value) { return Condition(condition).holds(&value); }

}  // namespace

TEST_CASE("a condition that is a value holds for equal values") {
  CHECK(holds("true", true));
  CHECK(holds("5", 5.0));
  CHECK(holds("= 5", 5));
  CHECK(holds("==\"idle\"", "idle"));
  CHECK(holds("[1, {\"a\": null}]", Array{1, Map{{"a", Value()}}}));
  CHECK(holds("null", Value()));
  CHECK_FALSE(holds("5", 6));
  CHECK_FALSE(holds("5", "5"));
  CHECK_FALSE(holds("1", true));
}

TEST_CASE("numbers are ordered by their value and text by its bytes") {
  CHECK(holds("> 5", 5.5));
  CHECK(holds(">= 5", 5));
  CHECK(holds("<-1", -2));
  CHECK(holds("<= 0.5", -7));
  CHECK(holds("> -1", std::numeric_limits<std::uint64_t>::max()));
  CHECK_FALSE(holds("< 9223372036854775807", std::numeric_limits<std::uint64_t>::max()));
  CHECK(holds("> 9007199254740992", 9007199254740993));
  CHECK(holds("< \"b\"", "a"));
  CHECK_FALSE(holds("> 5", "6"));
  CHECK_FALSE(holds("< 5", Value()));
  CHECK_FALSE(holds(">= [1]", Array{1}));
  for (const char* condition : {"< 1", "<= 1", "> 1", ">= 1", "1"})
    CHECK_FALSE(holds(condition, std::nan("")));
}

TEST_CASE("what is absent is neither equal nor unequal to anything") {
  for (const char* condition : {"5", "!= 5", "> 5", "< 5", "null", "!= null", "present"})
    CHECK_FALSE(Condition(condition).holds(nullptr));
  CHECK(Condition("absent").holds(nullptr));
  CHECK_FALSE(holds("absent", Value()));
  CHECK(holds("present", Value()));
  CHECK(holds("!= 5", "idle"));
  CHECK_FALSE(holds("!= 5", 5.0));
}

TEST_CASE("text without quotes is refused with how it is written") {
  CHECK_THROWS_WITH(Condition("idle"), Catch::Matchers::EndsWith("; for text write '\"idle\"'"));
}

TEST_CASE("what is no condition is refused") {
  for (const char* text : {"", "idle", ">", "!= ", "=> 5", "<> 5", "> >5", "! 5", "5 6"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Condition(text), UsageError);
  }
}
