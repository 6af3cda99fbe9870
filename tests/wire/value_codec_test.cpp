#include "wire/value_codec.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/random_value.hpp"

using namespace bulletin;
using namespace bulletin::wire;
using namespace std::string_view_literals;

namespace {

Value arrays(int depth) {
  Value value(Array{});
  for (; depth > 1; --depth) value = Value(Array{value});
  return value;
}

Errc refusal(const Value& value, std::string& out) {
  try {
    encode_value(value, out);
  } catch (const Error& error) {
    return error.code();
  }
  return Errc::missing;
}

}  // namespace

TEST_CASE("every value comes back equal, and with the same bytes") {
  test::RandomValues values(1);
  for (int i = 0; i != 5000; ++i) {
    const Value value = values.next();
    const std::string bytes = encode_value(value);
    const Value decoded = decode_value(bytes);
    REQUIRE(decoded == value);
    REQUIRE(decoded.type() == value.type());
    REQUIRE(encode_value(decoded) == bytes);
  }
}

TEST_CASE("NaN and negative zero keep their bits") {
  const double payload = std::bit_cast<double>(0x7FF8000000001234);
  const double decoded = decode_value(encode_value(payload)).as<double>();
  CHECK(std::bit_cast<std::uint64_t>(decoded) == 0x7FF8000000001234);
  CHECK(std::signbit(decode_value(encode_value(-0.0)).as<double>()));
}

TEST_CASE("a float 32 is read as the double that it is") {
  CHECK(decode_value("\xCA\x3F\xC0\x00\x00"sv) == Value(1.5));
}

TEST_CASE("integers of any form are read as the smallest type that holds them") {
  CHECK(decode_value("\xCF\x00\x00\x00\x00\x00\x00\x00\x05"sv) == Value(5));
  CHECK(decode_value("\xD3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFB"sv) == Value(-5));
  CHECK(decode_value("\xD2\xFF\xFF\xFF\xFB"sv) == Value(-5));
  CHECK(decode_value("\xD1\xFF\xFB"sv) == Value(-5));
  CHECK(decode_value("\xD0\xFB"sv) == Value(-5));
  CHECK(decode_value("\xFB"sv) == Value(-5));
  CHECK(std::holds_alternative<std::int64_t>(decode_value("\xCC\x05"sv).data()));
}

TEST_CASE("encoding appends, and appends nothing when it fails") {
  std::string out = "before";
  encode_value(Value(1), out);
  CHECK(out == "before\x01");
  CHECK(refusal(Value(Array{1, 2, "\xFF"}), out) == Errc::rejected);
  CHECK(refusal(Value(Map{{"\xFF", 1}}), out) == Errc::rejected);
  CHECK(refusal(arrays(65), out) == Errc::rejected);
  CHECK(out == "before\x01");
  CHECK(refusal(arrays(64), out) == Errc::missing);
}

TEST_CASE("what claims to be huge allocates little") {
  // 63 arrays in each other, each claiming as many elements as bytes follow.
  std::string bytes;
  for (int i = 0; i != 63; ++i) bytes += "\xDD\x00\x0F\xFF\x00"sv;
  bytes.resize(1 << 20, '\xC0');
  CHECK_THROWS_AS(decode_value(bytes), DecodeError);
}
