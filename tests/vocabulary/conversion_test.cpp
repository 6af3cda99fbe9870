// What converts to what, and what does not compile.

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <bulletin/error.hpp>
#include <bulletin/namespace.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "support/catch.hpp"

using namespace bulletin;

namespace {

enum class Colour { red };

struct Opaque {};

struct Named {
  std::string name;
};

}  // namespace

template <>
struct bulletin::ValueTraits<Named> {
  static Value to_value(const Named& named) { return named.name; }
  static std::optional<Named> from_value(const Value& value) {
    if (auto name = value.get_if<std::string>()) return Named{*std::move(name)};
    return std::nullopt;
  }
};

namespace {

template <class T>
concept Makes = std::is_constructible_v<Value, T>;

// bool only from bool, and no pointer, character or enumeration is a number.
static_assert(Makes<bool> && Makes<const bool&>);
static_assert(Makes<signed char> && Makes<unsigned char> && Makes<short> && Makes<unsigned short>);
static_assert(Makes<int> && Makes<unsigned> && Makes<long> && Makes<unsigned long>);
static_assert(Makes<long long> && Makes<unsigned long long> && Makes<float> && Makes<double>);
static_assert(Makes<const char*> && Makes<char*> && Makes<const char (&)[5]> && Makes<char (&)[5]>);
static_assert(Makes<std::string> && Makes<const std::string&> && Makes<std::string_view>);
static_assert(Makes<Bytes> && Makes<Array> && Makes<Map> && Makes<const Map&>);
static_assert(!Makes<char> && !Makes<wchar_t> && !Makes<char8_t> && !Makes<char16_t>);
static_assert(!Makes<void*> && !Makes<const int*> && !Makes<int Opaque::*>);
static_assert(!Makes<std::nullptr_t> && !Makes<Colour> && !Makes<Opaque>);
static_assert(!Makes<long double> && !Makes<const wchar_t*> &&
              !Makes<std::vector<bool>::reference>);

template <class T>
concept Sets = requires(const Namespace& space, const T& value) {
  space.set("name", value);
};
template <class T>
concept SetsInTransaction = requires(Transaction& transaction, const T& value) {
  transaction.set("name", value);
};
template <class T>
concept SetsAtOnce = requires(const Namespace& space, const T& value) {
  space.set_async("name", value);
  space.compare_and_set("name", absent, value);
  space["name"] = value;
};
template <class T>
concept Adds = requires(const Namespace& space, Transaction& transaction, T amount) {
  space.add("name", amount);
  transaction.add("name", amount);
};
template <class T>
concept FallsBack = requires(const Namespace& space, const T& value) {
  space.get_or("name", value);
};

template <class T>
constexpr bool settable =
    Sets<T>&& SetsInTransaction<T>&& SetsAtOnce<T>&& FallsBack<T>&& detail::Settable<T>;
template <class T>
constexpr bool unsettable = !Sets<T> && !SetsInTransaction<T> && !SetsAtOnce<T> && !FallsBack<T>;

static_assert(settable<bool> && settable<int> && settable<unsigned char> && settable<float>);
static_assert(settable<char[5]> && settable<const char*> && settable<std::string_view>);
static_assert(settable<Value> && settable<Array> && settable<std::vector<double>>);
static_assert(settable<std::map<std::string, int>> && settable<Named> &&
              settable<std::vector<Named>>);
static_assert(settable<Colour>);
static_assert(unsettable<char> && unsettable<void*> && unsettable<const int*>);
static_assert(unsettable<Opaque> && unsettable<std::nullptr_t> && unsettable<std::vector<Opaque>>);
static_assert(unsettable<std::map<int, int>> && unsettable<char32_t> && unsettable<long double>);

static_assert(Adds<int> && Adds<std::uint8_t> && Adds<float> && Adds<double>);
static_assert(!Adds<bool> && !Adds<char> && !Adds<const char*> && !Adds<Value>);

// Braced lists do not compile.
template <class S>
concept SetsBraces = requires(const S& space) {
  space.set("name", {1, 2});
};
template <class S>
concept SetsEmptyBraces = requires(const S& space) {
  space.set("name", {});
};
static_assert(!SetsBraces<Namespace> && !SetsEmptyBraces<Namespace>);

// What comes back.
template <class T>
using Fallback = decltype(std::declval<const Namespace&>().get_or("", std::declval<T>()));
static_assert(std::same_as<Fallback<const char (&)[5]>, std::string>);
static_assert(std::same_as<Fallback<double>, double>);
static_assert(std::same_as<decltype(std::declval<const Namespace&>().add("", 1)), std::int64_t>);
static_assert(std::same_as<decltype(std::declval<const Namespace&>().add("", 1.0F)), double>);

// A named proxy is inert.
static_assert(!std::is_copy_constructible_v<AttributeProxy>);
static_assert(!std::is_move_constructible_v<AttributeProxy>);
static_assert(!std::is_assignable_v<AttributeProxy&, int>);
static_assert(!std::is_copy_assignable_v<AttributeProxy>);
static_assert(std::is_assignable_v<AttributeProxy&&, int>);
template <class P>
concept Reads = requires(P proxy) {
  static_cast<P>(proxy).template as<int>();
};
static_assert(Reads<AttributeProxy&&> && !Reads<AttributeProxy&>);

template <class T>
std::optional<T> read(const Value& value) {
  return value.get_if<T>();
}

}  // namespace

TEST_CASE("integers convert when they fit") {
  CHECK(read<std::int8_t>(127) == 127);
  CHECK_FALSE(read<std::int8_t>(128));
  CHECK(read<std::uint8_t>(255) == 255);
  CHECK_FALSE(read<std::uint8_t>(-1));
  CHECK_FALSE(read<std::uint64_t>(-1));
  CHECK(read<std::uint64_t>(std::numeric_limits<std::uint64_t>::max()) ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(read<std::int64_t>(std::numeric_limits<std::uint64_t>::max()));
  CHECK_FALSE(read<int>(1.0));
  CHECK_FALSE(read<int>(true));
}

TEST_CASE("every number converts to double, and nothing else does") {
  CHECK(read<double>(3) == 3.0);
  CHECK(read<double>(std::numeric_limits<std::uint64_t>::max()) == 0x1p64);
  CHECK(read<float>(0.1) == 0.1F);
  CHECK_FALSE(read<double>(true));
  CHECK_FALSE(read<double>("3"));
  CHECK_FALSE(read<double>(Value()));
}

TEST_CASE("a bool is read only from a bool") {
  CHECK(read<bool>(true) == true);
  CHECK_FALSE(read<bool>(1));
  CHECK_FALSE(read<bool>("true"));
}

TEST_CASE("text is stored as a string") {
  char buffer[] = "idle";
  CHECK(Value("idle") == Value(std::string("idle")));
  CHECK(Value(std::string_view("idle")) == Value(buffer));
  CHECK(detail::make_value("idle").as<std::string>() == "idle");
  CHECK_FALSE(read<std::string>(Bytes(4)));
}

TEST_CASE("a vector of uint8_t is stored as bytes, any other as an array") {
  const std::vector<std::uint8_t> octets{0, 255};
  const Value value = detail::make_value(octets);
  CHECK(value.type() == Value::Type::bytes);
  CHECK(value.as<std::vector<std::uint8_t>>() == octets);
  CHECK(detail::make_value(std::vector<std::uint8_t>{}).as<Bytes>().empty());
  CHECK(detail::make_value(std::vector<int>{1, 2}) == Value(Array{1, 2}));
  CHECK_FALSE(read<std::vector<std::uint8_t>>(Array{1}));
}

TEST_CASE("containers convert element by element or not at all") {
  CHECK(read<std::vector<double>>(Array{1, 2.5}) == std::vector<double>{1, 2.5});
  CHECK_FALSE(read<std::vector<int>>(Array{1, "two"}));
  const std::map<std::string, int> counts{{"a", 1}, {"b", 2}};
  CHECK(detail::make_value(counts) == Value(Map{{"a", 1}, {"b", 2}}));
  CHECK(read<std::map<std::string, int>>(Map{{"a", 1}, {"b", 2}}) == counts);
  CHECK_FALSE(read<std::unordered_map<std::string, bool>>(Map{{"a", 1}}));
  const std::vector<std::vector<int>> nested{{1}, {}, {2, 3}};
  CHECK(detail::make_value(nested).as<std::vector<std::vector<int>>>() == nested);
}

TEST_CASE("a type of the program's own is stored by its ValueTraits") {
  CHECK(detail::make_value(Named{"cell"}) == Value("cell"));
  CHECK(Value("cell").as<Named>().name == "cell");
  CHECK_THROWS_AS(Value(1).as<Named>(), Error);
  CHECK(Value(Array{"a", "b"}).as<std::vector<Named>>()[1].name == "b");
}

TEST_CASE("a value is read as itself") { CHECK(Value(Array{1}).as<Value>() == Value(Array{1})); }
