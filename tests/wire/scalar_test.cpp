#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <bulletin/detail/namespace_state.hpp>

#include "support/catch.hpp"
#include "wire/random_value.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;
using namespace std::string_view_literals;
using bulletin::detail::Kind;

namespace {

Kind kind_of(std::string_view bytes) { return to_scalar(bytes).kind; }

/// What a reader of a slot gets that holds these bytes.
bulletin::detail::Reading reading_of(const std::string& bytes) {
  bulletin::detail::Reading reading;
  reading.scalar = to_scalar(bytes);
  if (reading.scalar.kind == Kind::encoded) reading.bytes = bytes;
  return reading;
}

}  // namespace

TEST_CASE("scalars in their shortest form become scalars") {
  CHECK(kind_of("\xC0"sv) == Kind::nil);
  CHECK(kind_of("\xC3"sv) == Kind::boolean);
  CHECK(to_scalar("\xC3"sv).bits == 1);
  CHECK(to_scalar("\xC2"sv).bits == 0);
  CHECK(kind_of("\x05"sv) == Kind::integer);
  CHECK(static_cast<std::int64_t>(to_scalar("\xFB"sv).bits) == -5);
  CHECK(kind_of(encode_value(std::numeric_limits<std::uint64_t>::max())) == Kind::unsigned_integer);
  CHECK(kind_of(encode_value(std::uint64_t{1} << 63)) == Kind::unsigned_integer);
  CHECK(kind_of(encode_value(std::numeric_limits<std::int64_t>::max())) == Kind::integer);
  CHECK(kind_of(encode_value(1.0)) == Kind::real);
}

TEST_CASE("longer forms stay bytes, because the digest counts their bytes") {
  for (const std::string_view bytes :
       {"\xCC\x05"sv, "\xCD\x00\xFF"sv, "\xCE\x00\x00\xFF\xFF"sv,
        "\xCF\x00\x00\x00\x00\xFF\xFF\xFF\xFF"sv, "\xD0\xE0"sv, "\xD0\x05"sv, "\xD1\xFF\x80"sv,
        "\xD2\xFF\xFF\x80\x00"sv, "\xD3\xFF\xFF\xFF\xFF\x80\x00\x00\x00"sv,
        "\xCA\x3F\x80\x00\x00"sv, "\xA0"sv, "\x90"sv, "\xC4\x00"sv}) {
    CHECK(kind_of(bytes) == Kind::encoded);
  }
}

TEST_CASE("a scalar gives the bytes back that it was made of") {
  test::RandomValues values(3);
  for (int i = 0; i != 20'000; ++i) {
    const std::string bytes = encode_value(values.next(0));
    const bulletin::detail::Scalar scalar = to_scalar(bytes);
    if (scalar.kind == Kind::encoded) continue;
    std::string out;
    append_scalar(scalar.kind, scalar.bits, out);
    REQUIRE(out == bytes);
    REQUIRE(out.size() <= 9);
  }
}

TEST_CASE("the borders of every integer form are scalars") {
  for (int bit = 0; bit != 64; ++bit) {
    for (const std::int64_t near : {-1, 0, 1}) {
      const std::uint64_t number = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(near);
      for (const Value& value : {Value(number), Value(static_cast<std::int64_t>(number)),
                                 Value(-static_cast<std::int64_t>(number >> 1))}) {
        const std::string bytes = encode_value(value);
        const bulletin::detail::Scalar scalar = to_scalar(bytes);
        REQUIRE(scalar.kind != Kind::encoded);
        std::string out;
        append_scalar(scalar.kind, scalar.bits, out);
        REQUIRE(out == bytes);
      }
    }
  }
}

TEST_CASE("what is read from a slot is the value that was written") {
  test::RandomValues values(4);
  for (int i = 0; i != 2000; ++i) {
    const Value value = values.next();
    REQUIRE(bulletin::detail::to_value(reading_of(encode_value(value))) == value);
  }
}

TEST_CASE("a string is taken out of a reading, whatever its length") {
  for (const std::size_t size : {0, 1, 31, 32, 255, 256, 65535, 65536}) {
    const std::string text(size, 'x');
    auto reading = reading_of(encode_value(Value(text)));
    std::string out;
    CHECK(bulletin::detail::to_string(reading, out));
    CHECK(out == text);
  }
}

TEST_CASE("what is no string is not taken") {
  for (const Value& value : {Value(), Value(1), Value(Bytes(3)), Value(Array{"a"})}) {
    auto reading = reading_of(encode_value(value));
    std::string out;
    CHECK_FALSE(bulletin::detail::to_string(reading, out));
  }
}

TEST_CASE("scalars convert to arithmetic types as values do") {
  test::RandomValues values(5);
  for (int i = 0; i != 5000; ++i) {
    const Value value = values.next(0);
    auto reading = reading_of(encode_value(value));
    REQUIRE(bulletin::detail::to_type<bool>(reading) == value.get_if<bool>());
    REQUIRE(bulletin::detail::to_type<std::int8_t>(reading) == value.get_if<std::int8_t>());
    REQUIRE(bulletin::detail::to_type<std::uint64_t>(reading) == value.get_if<std::uint64_t>());
    REQUIRE(bulletin::detail::to_type<double>(reading) == value.get_if<double>());
    REQUIRE(bulletin::detail::to_type<std::string>(reading) == value.get_if<std::string>());
  }
}

TEST_CASE("a reading of bytes that are no value is a protocol error") {
  bulletin::detail::Reading reading;
  reading.scalar.kind = Kind::encoded;
  reading.bytes = "\xC1";
  CHECK_THROWS_AS(bulletin::detail::to_value(reading), Error);
}
