#include "cli/values_json.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "support/catch.hpp"

using bulletin::Array;
using bulletin::Bytes;
using bulletin::Map;
using bulletin::Value;
using bulletin::cli::JsonError;
using bulletin::cli::parse_attributes;
using bulletin::cli::parse_value;
using bulletin::cli::to_json;
using Catch::Matchers::ContainsSubstring;

namespace {

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

/// There and back, also of the exact type: 1 and 1.0 are equal values, but not the same.
void check_round_trip(const Value& value, const std::string& json) {
  CHECK(to_json(value) == json);
  const Value back = parse_value(json);
  CHECK(back == value);
  CHECK(back.data().index() == value.data().index());
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("every type of value survives as JSON") {
  check_round_trip(Value(), "null");
  check_round_trip(Value(true), "true");
  check_round_trip(Value("idle"), "\"idle\"");
  check_round_trip(Value(Array{1, "two", Value()}), "[1, \"two\", null]");
  check_round_trip(Value(Map{{"b", 1}, {"a", Array{}}}), "{\"a\": [], \"b\": 1}");
  check_round_trip(Value(Map{}), "{}");
  check_round_trip(Value(bytes_of("hello")), "{\"$bytes\": \"aGVsbG8=\"}");
  check_round_trip(Value(Bytes{}), "{\"$bytes\": \"\"}");
}

TEST_CASE("integers of 64 bits are exact") {
  check_round_trip(Value(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  check_round_trip(Value(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  check_round_trip(Value(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  check_round_trip(Value(9007199254740993), "9007199254740993");
}

TEST_CASE("an integer beyond 64 bits is refused, not rounded") {
  CHECK_THROWS_WITH(parse_value("18446744073709551616"),
                    ContainsSubstring("does not fit into 64 bits"));
  CHECK_THROWS_WITH(parse_value("-9223372036854775809"),
                    ContainsSubstring("does not fit into 64 bits"));
  CHECK(parse_value("18446744073709551616.0") == Value(18446744073709551616.0));
}

TEST_CASE("doubles stay doubles, to the last bit") {
  check_round_trip(Value(1.0), "1.0");
  check_round_trip(Value(0.1), "0.1");
  check_round_trip(Value(1e300), "1e+300");
  check_round_trip(Value(5e-324), "5e-324");
  check_round_trip(Value(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  CHECK(to_json(Value(-0.0)) == "-0.0");
  CHECK(std::signbit(parse_value("-0.0").as<double>()));
  CHECK_THROWS_AS(parse_value("1e400"), JsonError);
}

TEST_CASE("numbers that are not finite have a form") {
  const double infinity = std::numeric_limits<double>::infinity();
  check_round_trip(Value(infinity), "{\"$real\": \"inf\"}");
  check_round_trip(Value(-infinity), "{\"$real\": \"-inf\"}");
  CHECK(to_json(Value(std::nan(""))) == "{\"$real\": \"nan\"}");
  CHECK(std::isnan(parse_value("{\"$real\": \"nan\"}").as<double>()));
  CHECK_THROWS_AS(parse_value("{\"$real\": \"1.5\"}"), JsonError);
  CHECK_THROWS_AS(parse_value("NaN"), JsonError);
}

TEST_CASE("a map that looks like a form survives") {
  check_round_trip(Value(Map{{"$bytes", "aGk="}}), "{\"$map\": {\"$bytes\": \"aGk=\"}}");
  check_round_trip(Value(Map{{"$bytes", 1}, {"x", 2}}), "{\"$map\": {\"$bytes\": 1, \"x\": 2}}");
  check_round_trip(Value(Map{{"$map", Map{}}}), "{\"$map\": {\"$map\": {}}}");
  check_round_trip(Value(Map{{"$map", Map{{"$map", 1}}}}),
                   "{\"$map\": {\"$map\": {\"$map\": {\"$map\": 1}}}}");
  check_round_trip(Value(Array{Map{{"$real", "nan"}}}), "[{\"$map\": {\"$real\": \"nan\"}}]");
  check_round_trip(Value(Map{{"$ref", "#/a"}}), "{\"$ref\": \"#/a\"}");
}

TEST_CASE("a form with the wrong content says what it wants") {
  CHECK_THROWS_WITH(parse_value("{\"$bytes\": 1}"), ContainsSubstring("base64"));
  // Without padding, too long, not the alphabet, and bits set that no encoder sets.
  for (const char* text : {"aGk", "aGk=x", "a===", "====", "a-k=", "aGl=", "aH=="}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_value(std::string("{\"$bytes\": \"") + text + "\"}"),
                      ContainsSubstring("base64"));
  }
  CHECK_THROWS_WITH(parse_value("{\"$map\": 1}"), ContainsSubstring("\"$map\" wants an object"));
  CHECK_THROWS_WITH(parse_value("{\"$bytes\": \"\", \"x\": 1}"),
                    ContainsSubstring("no other member"));
}

TEST_CASE("base64 of every length comes back") {
  std::string text;
  for (int size = 0; size < 300; ++size) {
    const Value value(bytes_of(text));
    REQUIRE(parse_value(to_json(value)) == value);
    text += static_cast<char>(size * 7);
  }
}

TEST_CASE("text keeps its UTF-8, and what would steer a terminal is escaped") {
  check_round_trip(Value("Zürich 🤖 日本"), "\"Zürich 🤖 日本\"");
  check_round_trip(Value("a\"b\\c"), "\"a\\\"b\\\\c\"");
  check_round_trip(Value("\n\t\r"), "\"\\n\\t\\r\"");
  check_round_trip(Value("\x1b[31m"), "\"\\u001b[31m\"");
  check_round_trip(Value("\x7f\u009b\u202e\u2028"), "\"\\u007f\\u009b\\u202e\\u2028\"");
  check_round_trip(Value(std::string("a\0b", 3)), "\"a\\u0000b\"");
  CHECK(parse_value("\"\\ud83e\\udd16\"") == Value("🤖"));
  CHECK_THROWS_AS(parse_value("\"\xff\""), JsonError);
  CHECK_THROWS_AS(parse_value("\"\\ud83e\""), JsonError);
}

TEST_CASE("depth is bounded") {
  CHECK_NOTHROW(parse_value(nested(64)));
  CHECK_THROWS_WITH(parse_value(nested(1'000'000)), ContainsSubstring("inside each other"));
  Value deep = Bytes{};
  for (int i = 0; i < 64; ++i) deep = Value(Map{{"$map", deep}});
  CHECK(parse_value(to_json(deep)) == deep);
}

TEST_CASE("a member given twice is refused") {
  CHECK_THROWS_WITH(parse_value("{\"a\": 1, \"a\": 2}"), ContainsSubstring("\"a\" twice"));
  CHECK_THROWS_WITH(parse_value("[{\"x\": {\"\": 1, \"\": 2}}]"), ContainsSubstring("\"\" twice"));
}

TEST_CASE("an error says where it is") {
  CHECK_THROWS_WITH(parse_value("[1, 2"), ContainsSubstring("line 1, column 6"));
  CHECK_THROWS_AS(parse_value(""), JsonError);
  CHECK_THROWS_AS(parse_value("1 2"), JsonError);
  CHECK_THROWS_AS(parse_value("idle"), JsonError);
}

TEST_CASE("attributes are the members of the outermost object, whatever their names") {
  CHECK(parse_attributes("{\"speed\": 3.2, \"$bytes\": {\"$bytes\": \"aGk=\"}}").values ==
        Map{{"speed", 3.2}, {"$bytes", bytes_of("hi")}});
  CHECK(parse_attributes("{\"$map\": {\"a\": {\"$map\": {\"$map\": 1}}}}").values ==
        Map{{"$map", Map{{"a", Map{{"$map", 1}}}}}});
  CHECK(parse_attributes("{}").values.empty());
  CHECK_THROWS_WITH(parse_attributes("[1]"), ContainsSubstring("object of names and values"));
}
