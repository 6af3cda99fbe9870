// Types of the standard library as values.
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <bulletin/value.hpp>

#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

enum class Mode : unsigned char { idle, busy = 200 };

template <class T>
Value stored(const T& object) {
  return ValueTraits<T>::to_value(object);
}

/// Stored as `value`, and read back equal.
template <class T>
bool is_stored_as(const T& object, const Value& value) {
  return stored(object) == value && value.get_if<T>() == object;
}

}  // namespace

TEST_CASE("an enumeration is its number") {
  CHECK(is_stored_as(Mode::busy, 200));
  CHECK_FALSE(Value(300).get_if<Mode>());
  CHECK_FALSE(Value("busy").get_if<Mode>());
}

TEST_CASE("arrays and pairs and tuples are arrays of exactly their size") {
  CHECK(is_stored_as(std::array<int, 3>{1, 2, 3}, Array{1, 2, 3}));
  CHECK(is_stored_as(std::array<int, 0>{}, Array{}));
  CHECK(is_stored_as(std::pair<std::string, bool>{"a", true}, Array{"a", true}));
  CHECK(is_stored_as(std::tuple<int, double, std::string>{1, 2.5, "x"}, Array{1, 2.5, "x"}));
  CHECK(is_stored_as(std::vector<std::pair<int, Mode>>{{1, Mode::busy}}, Array{Array{1, 200}}));
  CHECK_FALSE(Value(Array{1, 2}).get_if<std::array<int, 3>>());
  CHECK_FALSE(Value(Array{1, "x"}).get_if<std::pair<int, int>>());
  CHECK_FALSE(Value(1).get_if<std::pair<int, int>>());
}

TEST_CASE("an optional is nil or its value") {
  CHECK(stored(std::optional<int>()).is_nil());
  CHECK(stored(std::optional(3)) == Value(3));
  REQUIRE(Value().get_if<std::optional<int>>().has_value());
  CHECK_FALSE(Value().get_if<std::optional<int>>()->has_value());
  CHECK(Value(3).get_if<std::optional<int>>()->value() == 3);
  CHECK_FALSE(Value("x").get_if<std::optional<int>>().has_value());
}

TEST_CASE("durations and times are whole nanoseconds") {
  CHECK(is_stored_as(1500ms, 1'500'000'000));
  CHECK(Value(1'999'999'999).as<std::chrono::seconds>() == 1s);
  CHECK(Value(-1'500'000'000).as<std::chrono::milliseconds>() == -1500ms);
  CHECK(Value(250'000'000).as<std::chrono::duration<double>>().count() == 0.25);
  CHECK_FALSE(Value(1.5).get_if<std::chrono::seconds>());
  const std::chrono::sys_seconds time{1'700'000'000s};
  CHECK(is_stored_as(time, 1'700'000'000'000'000'000));
}

TEST_CASE("a span is stored as the vector that it shows") {
  const std::vector<int> numbers{1, 2, 3};
  CHECK(detail::make_value(std::span(numbers)) == Array{1, 2, 3});
  const std::array<std::uint8_t, 2> bytes{1, 2};
  CHECK(detail::make_value(std::span<const std::uint8_t>(bytes)) ==
        Bytes{std::byte{1}, std::byte{2}});
  CHECK(detail::make_value(std::span<const std::byte>()) == Bytes{});
}

TEST_CASE("parts of a value are read in place") {
  const Value value = Map{{"x", 1.5}, {"tags", Array{"a", Map{{"deep", 7}}}}};
  CHECK(value["x"].as<double>() == 1.5);
  CHECK(value["tags"][0].as<std::string>() == "a");
  CHECK(value["tags"][1]["deep"].as<int>() == 7);
  CHECK(value.find("x") == &value["x"]);
  CHECK(value.find("none") == nullptr);
  CHECK(Value(1).find("x") == nullptr);
  CHECK(code_of([&] { value["none"]; }) == Errc::missing);
  CHECK(code_of([&] { value[0]; }) == Errc::wrong_type);
  CHECK(code_of([&] { value["tags"]["x"]; }) == Errc::wrong_type);
  const Error error = failure_of([&] { value["tags"][2]; });
  CHECK(error.code() == Errc::missing);
  CHECK(mentions(error, "an array of 2 has no item 2"));
}

TEST_CASE("what a value holds is moved out of it") {
  Value text(std::string(100, 'x'));
  const char* const characters = std::get<std::string>(text.data()).data();
  const std::string moved = std::move(text).as<std::string>();
  CHECK(moved.data() == characters);
  CHECK(code_of([] { Value(1).as<std::string>(); }) == Errc::wrong_type);
  CHECK(Value(3).as<int>() == 3);
}
