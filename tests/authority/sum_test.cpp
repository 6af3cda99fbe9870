#include "authority/sum.hpp"

#include <cmath>
#include <limits>

#include <bulletin/value.hpp>

#include "support/catch.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using wire::Status;

namespace {

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
constexpr auto highest = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t above = std::uint64_t{1} << 63;

Value sum(const Value& value, const Value& amount) {
  std::string out;
  REQUIRE(authority::add(wire::encode_value(value), wire::encode_value(amount), out) == Status::ok);
  return wire::decode_value(out);
}

Status fault(const Value& value, const Value& amount) {
  std::string out;
  const Status status = authority::add(wire::encode_value(value), wire::encode_value(amount), out);
  CHECK(out.empty());
  return status;
}

}  // namespace

TEST_CASE("an integer and an integer give an integer") {
  CHECK(sum(2, 3) == 5);
  CHECK(sum(2, -3) == -1);
  CHECK(sum(highest - 1, 1) == highest);
  CHECK(sum(lowest + 1, -1) == lowest);
  CHECK(sum(2, 3).type() == Value::Type::integer);
}

TEST_CASE("a sum past 64 bits with sign is rejected") {
  CHECK(fault(highest, 1) == Status::rejected);
  CHECK(fault(lowest, -1) == Status::rejected);
  CHECK(fault(0, above) == Status::rejected);
  CHECK(fault(above, 0) == Status::rejected);
}

TEST_CASE("a number above the range counts if the sum is in it") {
  CHECK(sum(above, -1) == highest);
  CHECK(sum(-1, above) == highest);
}

TEST_CASE("a real and a real give a real") {
  CHECK(sum(0.5, 0.25) == 0.75);
  CHECK(sum(2.0, 1.0).type() == Value::Type::real);
}

TEST_CASE("a sum that is not finite is rejected") {
  constexpr double large = std::numeric_limits<double>::max();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  CHECK(fault(large, large) == Status::rejected);
  CHECK(fault(1.0, infinite) == Status::rejected);
  CHECK(fault(infinite, 1.0) == Status::rejected);
  CHECK(fault(1.0, std::nan("")) == Status::rejected);
}

TEST_CASE("an integer and a real are not added, nor anything to what is not a number") {
  CHECK(fault(0.5, 1) == Status::wrong_type);
  CHECK(fault(1, 0.5) == Status::wrong_type);
  CHECK(fault(0, 0.0) == Status::wrong_type);
  CHECK(fault(above, 1.0) == Status::wrong_type);
  CHECK(fault(highest, std::nan("")) == Status::wrong_type);
  for (const Value& value : {Value(), Value(true), Value("1"), Value(Array{1}), Value(Bytes())}) {
    CHECK(fault(value, 1) == Status::wrong_type);
    CHECK(fault(value, 1.0) == Status::wrong_type);
  }
}

TEST_CASE("what cannot be added is told with both types") {
  const auto message = [](const Value& value, const Value& amount) {
    return authority::mismatch("n", wire::encode_value(value), wire::encode_value(amount));
  };
  const auto has = [](const std::string& text, std::string_view part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
  };
  CHECK(has(message(7, 0.5), "'n' holds the integer 7; the real 0.5 cannot be added"));
  CHECK(has(message(7.5, 1), "'n' holds the real 7.5; the integer 1 cannot be added"));
  CHECK(has(message("7", 1), "holds the string \"7\"; the integer 1"));
  CHECK(has(message(Value(), 1), "holds nil; the integer 1"));
  const auto large = [&](const Value& value) { return message(value, 1); };
  CHECK(
      has(large(std::string(100'000, 'x')), "holds a string (100005 bytes encoded); the integer"));
  CHECK(has(large(std::string(70, 'x')), "holds a string ("));
  CHECK(has(large(Bytes(100)), "holds bytes ("));
  CHECK(has(large(Array(100)), "holds an array ("));
  CHECK(has(large(Map{{std::string(100, 'k'), 1}}), "holds a map ("));
  CHECK(large(Array(100'000)).size() < 200);
}

TEST_CASE("what is absent counts as nothing of the amount's type") {
  for (const Value& amount : {Value(5), Value(-5), Value(0.5)}) {
    std::string out;
    CHECK(authority::add({}, wire::encode_value(amount), out) == Status::ok);
    CHECK(out == wire::encode_value(amount));
  }
}

TEST_CASE("numbers in longer encodings and single precision are numbers") {
  std::string out;
  using namespace std::string_view_literals;
  CHECK(authority::add("\xD3\0\0\0\0\0\0\0\x05"sv, "\xCD\0\x07"sv, out) == Status::ok);
  CHECK(wire::decode_value(out) == 12);
  out.clear();
  CHECK(authority::add("\xCA\x3F\0\0\0"sv, wire::encode_value(1.0), out) == Status::ok);
  CHECK(wire::decode_value(out) == 1.5);
}
