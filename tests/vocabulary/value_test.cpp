#include <bulletin/value.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin;

namespace {

constexpr std::int64_t int_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t uint_max = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("a value tells its type") {
  CHECK(Value().type() == Value::Type::nil);
  CHECK(Value().is_nil());
  CHECK(Value(true).type() == Value::Type::boolean);
  CHECK(Value(1).type() == Value::Type::integer);
  CHECK(Value(uint_max).type() == Value::Type::integer);
  CHECK(Value(1.0F).type() == Value::Type::real);
  CHECK(Value("text").type() == Value::Type::string);
  CHECK(Value(Bytes(3)).type() == Value::Type::bytes);
  CHECK(Value(Array{}).type() == Value::Type::array);
  CHECK(Value(Map{}).type() == Value::Type::map);
  CHECK_FALSE(Value(false).is_nil());
}

TEST_CASE("types have names") {
  CHECK(to_string(Value::Type::nil) == "nil");
  CHECK(to_string(Value::Type::boolean) == "boolean");
  CHECK(to_string(Value::Type::integer) == "integer");
  CHECK(to_string(Value::Type::real) == "real");
  CHECK(to_string(Value::Type::string) == "string");
  CHECK(to_string(Value::Type::bytes) == "bytes");
  CHECK(to_string(Value::Type::array) == "array");
  CHECK(to_string(Value::Type::map) == "map");
}

TEST_CASE("integers that fit are held as int64, others as uint64") {
  CHECK(std::holds_alternative<std::int64_t>(Value(std::uint64_t{5}).data()));
  CHECK(std::holds_alternative<std::int64_t>(Value(std::uint64_t{int_max}).data()));
  CHECK(std::holds_alternative<std::uint64_t>(Value(std::uint64_t{int_max} + 1).data()));
  CHECK(std::holds_alternative<std::int64_t>(Value(std::int8_t{-5}).data()));
}

TEST_CASE("numbers are equal by their mathematical value") {
  CHECK(Value(1) == Value(1.0));
  CHECK(Value(0) == Value(-0.0));
  CHECK(Value(0.0) == Value(-0.0));
  CHECK(Value(-7) == Value(-7.0));
  CHECK(Value(uint_max) == Value(uint_max));
  CHECK(Value(0.5F) == Value(0.5));
  CHECK_FALSE(Value(1) == Value(1.5));
  CHECK_FALSE(Value(0) == Value(0.5));
  CHECK_FALSE(Value(uint_max) == Value(-1));
}

TEST_CASE("numbers are compared without rounding") {
  constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1;
  CHECK_FALSE(Value(odd) == Value(0x1p53));
  CHECK(Value(odd - 1) == Value(0x1p53));
  CHECK_FALSE(Value(-odd) == Value(-0x1p53));
  CHECK_FALSE(Value(int_max) == Value(0x1p63));
  CHECK(Value(std::uint64_t{1} << 63) == Value(0x1p63));
  CHECK(Value(int_min) == Value(-0x1p63));
  CHECK_FALSE(Value(uint_max) == Value(0x1p64));
  CHECK_FALSE(Value(uint_max) == Value(1e300));
}

TEST_CASE("what is no number equals no number, and NaN not even itself") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(Value(nan) == Value(nan));
  CHECK_FALSE(Value(nan) == Value(0));
  CHECK_FALSE(Value(infinity) == Value(int_max));
  CHECK_FALSE(Value(-infinity) == Value(int_min));
  CHECK(Value(infinity) == Value(infinity));
}

TEST_CASE("a bool equals only a bool") {
  CHECK(Value(true) == Value(true));
  CHECK_FALSE(Value(true) == Value(1));
  CHECK_FALSE(Value(false) == Value(0.0));
  CHECK_FALSE(Value(false) == Value());
  CHECK(Value(true) == true);
  CHECK_FALSE(Value("true") == true);
}

TEST_CASE("containers are equal when their elements are") {
  CHECK(Value(Array{1, "a"}) == Value(Array{1.0, "a"}));
  CHECK_FALSE(Value(Array{1}) == Value(Array{1, 2}));
  CHECK(Value(Map{{"a", 1}}) == Value(Map{{"a", 1.0}}));
  CHECK_FALSE(Value(Map{{"a", 1}}) == Value(Map{{"b", 1}}));
  CHECK_FALSE(Value("ab") == Value(Bytes{std::byte{'a'}, std::byte{'b'}}));
  CHECK_FALSE(Value(Array{}) == Value(Map{}));
}

TEST_CASE("a copy is independent") {
  Value first(Array{1, 2});
  Value second = first;
  second = Value(Array{3});
  CHECK(first == Value(Array{1, 2}));
  CHECK(second == Value(Array{3}));
}

TEST_CASE("a null pointer is no text") {
  const char* none = nullptr;
  try {
    const Value value(none);
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
  }
}

TEST_CASE("a value is described by its type and its beginning") {
  CHECK(detail::described(Value()) == "nil");
  CHECK(detail::described(Value(300)) == "the integer 300");
  std::string euros;
  for (int i = 0; i != 30; ++i) euros += "\u20ac";
  CHECK(detail::described(Value(euros)) == "the string \"" + euros.substr(0, 57) + "...");
}

TEST_CASE("as throws wrong_type and says what was found and wanted") {
  CHECK(Value(3).as<int>() == 3);
  try {
    (void)Value("idle").as<std::int64_t>();
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::wrong_type);
    CHECK(std::string(error.what()) == "the string \"idle\" cannot be read as 64-bit integer");
  }
}
