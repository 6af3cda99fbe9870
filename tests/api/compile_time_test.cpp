// What compiles, and what must not.
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>

#include "support/catch.hpp"

using bulletin::AttributeProxy;
using bulletin::Namespace;
using bulletin::Value;

namespace {

template <class T>
concept CanSet = requires(const Namespace& space, const T& value) {
  space.set("x", value);
};
template <class T>
concept CanSetAsync = requires(const Namespace& space, const T& v) {
  space.set_async("x", v);
};
template <class T>
concept CanGetOr = requires(const Namespace& space, const T& value) {
  space.get_or("x", value);
};
template <class T>
concept CanCompareAndSet = requires(const Namespace& space, const T& value) {
  space.compare_and_set("x", bulletin::absent, value);
};
template <class T>
concept CanTransact = requires(bulletin::Transaction& group, const T& v) {
  group.set("x", v);
};
template <class T>
concept CanAdd = requires(const Namespace& space, T value) {
  space.add("x", value);
};
template <class T>
concept CanAssign = requires(const Namespace& space, const T& value) {
  space["x"] = value;
};
template <class T>
concept CanHold = requires(const Namespace& space) {
  space.attribute<T>("x");
};
template <class T>
concept IsSettable = CanSet<T> && CanSetAsync<T> && CanGetOr<T> && CanCompareAndSet<T> &&
    CanTransact<T> && CanAssign<T> && std::constructible_from<Value, T>;
template <class T>
concept IsNowhereSettable =
    !CanSet<T> && !CanSetAsync<T> && !CanGetOr<T> && !CanCompareAndSet<T> && !CanTransact<T> &&
    !CanAssign<T> && !CanAdd<T> && !CanHold<T> && !std::constructible_from<Value, T>;

// bool, numbers, text and the library's own types.
static_assert(IsSettable<bool>);
static_assert(IsSettable<signed char> && IsSettable<unsigned char>);
static_assert(IsSettable<short> && IsSettable<unsigned short>);
static_assert(IsSettable<int> && IsSettable<unsigned>);
static_assert(IsSettable<long> && IsSettable<unsigned long>);
static_assert(IsSettable<long long> && IsSettable<unsigned long long>);
static_assert(IsSettable<float> && IsSettable<double>);
static_assert(IsSettable<std::string> && IsSettable<std::string_view> && IsSettable<const char*>);
static_assert(IsSettable<char[5]>);
static_assert(IsSettable<bulletin::Bytes> && IsSettable<bulletin::Array>);
static_assert(IsSettable<bulletin::Map> && IsSettable<Value>);
enum class Colour { red };
enum Old { old_one };
enum class Letter : char { a };
static_assert(CanSet<Colour> && CanHold<Colour> && CanSet<Old> && !CanSet<Letter>);
static_assert(CanSet<std::span<const int>> && !CanHold<std::span<const int>>);
static_assert(CanSet<std::vector<int>> && CanSet<std::map<std::string, bool>>);

// Characters, pointers and what has no traits.
struct Plain {};
static_assert(IsNowhereSettable<char> && IsNowhereSettable<wchar_t>);
static_assert(IsNowhereSettable<char8_t> && IsNowhereSettable<char16_t>);
static_assert(IsNowhereSettable<char32_t>);
static_assert(IsNowhereSettable<int*> && IsNowhereSettable<const void*>);
static_assert(IsNowhereSettable<const unsigned char*> && IsNowhereSettable<std::nullptr_t>);
static_assert(IsNowhereSettable<std::unique_ptr<int>> && IsNowhereSettable<std::shared_ptr<int>>);
static_assert(IsNowhereSettable<void (*)()> && IsNowhereSettable<long double>);
static_assert(IsNowhereSettable<Plain>);
static_assert(IsNowhereSettable<std::byte> && IsNowhereSettable<std::vector<char>>);

// Braced lists.
template <class T>
concept CanSetBraced = requires(const T& space) {
  space.set("x", {1, 2});
};
template <class T>
concept CanSetBracedOne = requires(const T& space) {
  space.set("x", {1});
};
static_assert(!CanSetBraced<Namespace> && !CanSetBracedOne<Namespace>);
static_assert(!std::is_constructible_v<Value, int, int>);
static_assert(!std::is_constructible_v<Value, std::initializer_list<int>>);

// add is for numbers, and the amount decides what it returns.
static_assert(!CanAdd<bool> && !CanAdd<std::string> && !CanAdd<const char*>);
static_assert(std::same_as<decltype(std::declval<Namespace>().add("x", 1U)), std::int64_t>);
static_assert(std::same_as<decltype(std::declval<Namespace>().add("x", short{1})), std::int64_t>);
static_assert(std::same_as<decltype(std::declval<Namespace>().add("x", 1.0F)), double>);

// get_or returns what a set of the fallback would store.
static_assert(std::same_as<decltype(std::declval<Namespace>().get_or("m", "idle")), std::string>);
static_assert(
    std::same_as<decltype(std::declval<Namespace>().get_or("m", std::string_view())), std::string>);
static_assert(std::same_as<decltype(std::declval<Namespace>().get_or("m", 1)), int>);
static_assert(std::same_as<decltype(std::declval<Namespace>().get_or("m", true)), bool>);
static_assert(
    std::same_as<decltype(std::declval<bulletin::Snapshot>().get_or("m", "idle")), std::string>);

// A handle takes what its type holds, and never narrows without a word.
template <class T, class Given>
concept HandleTakes = requires(const bulletin::Attribute<T>& handle, const Given& value) {
  handle.set(value);
  handle.set_async(value);
  handle.get_or(value);
};
template <class T, class Given>
concept HandleRefuses = !requires(const bulletin::Attribute<T>& handle, const Given& value) {
  handle.set(value);
}
&&!requires(const bulletin::Attribute<T>& handle, const Given& value) { handle.set_async(value); }
&&!requires(const bulletin::Attribute<T>& handle, const Given& value) { handle.get_or(value); };
static_assert(HandleTakes<bool, bool> && HandleTakes<int, int> && HandleTakes<int, unsigned long>);
static_assert(HandleTakes<unsigned, int> && HandleTakes<std::int8_t, int>);
static_assert(HandleTakes<double, int> && HandleTakes<double, float> && HandleTakes<float, double>);
static_assert(HandleTakes<std::string, char[5]> && HandleTakes<std::string, std::string_view>);
static_assert(HandleTakes<std::string, const char*> && HandleTakes<bulletin::Map, bulletin::Map>);
static_assert(HandleTakes<Value, bool> && HandleTakes<Value, char[5]> && HandleTakes<Value, Value>);
static_assert(HandleTakes<std::vector<int>, std::vector<int>>);
static_assert(HandleRefuses<bool, int> && HandleRefuses<bool, char[5]>);
static_assert(HandleRefuses<bool, const char*> && HandleRefuses<bool, double>);
static_assert(HandleRefuses<int, bool> && HandleRefuses<int, double> && HandleRefuses<int, char>);
static_assert(HandleRefuses<double, bool> && HandleRefuses<double, char>);
static_assert(HandleRefuses<double, std::string> && HandleRefuses<std::string, int>);
static_assert(HandleRefuses<std::string, std::nullptr_t> && HandleRefuses<std::string, char>);
static_assert(HandleRefuses<Value, char> && HandleRefuses<Value, const void*>);
static_assert(HandleRefuses<std::vector<int>, bulletin::Array>);
template <class T>
concept HandleTakesBraces = requires(const bulletin::Attribute<T>& handle) {
  handle.set({});
}
|| requires(const bulletin::Attribute<T>& handle) { handle.set({1}); }
|| requires(const bulletin::Attribute<T>& handle) { handle.get_or({}); };
static_assert(!HandleTakesBraces<int> && !HandleTakesBraces<std::string>);
static_assert(!HandleTakesBraces<Value> && !HandleTakesBraces<std::vector<int>>);

// A named proxy is inert.
template <class Proxy>
concept CanAssignTo = requires(Proxy proxy) {
  static_cast<Proxy>(proxy) = 5;
};
template <class Proxy>
concept CanReadFrom = requires(Proxy proxy) {
  static_cast<Proxy>(proxy).template as<int>();
};
template <class To, class From>
concept CanAssignProxy = requires(To to, From from) {
  static_cast<To>(to) = static_cast<From>(from);
};
static_assert(CanAssignTo<AttributeProxy&&> && !CanAssignTo<AttributeProxy&>);
static_assert(!CanAssignTo<const AttributeProxy&>);
static_assert(CanReadFrom<AttributeProxy&&> && !CanReadFrom<AttributeProxy&>);
static_assert(!CanReadFrom<const AttributeProxy&>);
static_assert(CanAssignProxy<AttributeProxy&&, AttributeProxy&&>);
static_assert(!CanAssignProxy<AttributeProxy&, AttributeProxy&>);
static_assert(!CanAssignProxy<AttributeProxy&&, AttributeProxy&>);
static_assert(!CanAssignProxy<AttributeProxy&, AttributeProxy&&>);
static_assert(!std::is_copy_constructible_v<AttributeProxy>);
static_assert(!std::is_move_constructible_v<AttributeProxy>);
static_assert(!std::is_convertible_v<AttributeProxy, int>);

// Handles are cheap to copy, what owns something moves.
static_assert(std::is_copy_constructible_v<Namespace> && std::is_copy_assignable_v<Namespace>);
static_assert(std::is_copy_constructible_v<bulletin::Attribute<int>>);
static_assert(std::is_copy_assignable_v<bulletin::Attribute<int>>);
static_assert(std::is_copy_constructible_v<bulletin::Snapshot>);
static_assert(std::regular<Value>);
static_assert(!std::is_copy_constructible_v<bulletin::Client>);
static_assert(std::is_nothrow_move_constructible_v<bulletin::Client>);
static_assert(std::is_nothrow_move_assignable_v<bulletin::Client>);
static_assert(!std::is_copy_constructible_v<bulletin::Subscription>);
static_assert(std::is_nothrow_move_constructible_v<bulletin::Subscription>);
static_assert(std::is_nothrow_move_assignable_v<bulletin::Manager>);

// A revision is a type of its own: ordered, and no number.
static_assert(std::totally_ordered<bulletin::Revision>);
static_assert(!std::is_convertible_v<int, bulletin::Revision>);
static_assert(!std::is_convertible_v<bulletin::Revision, int>);
static_assert(!std::is_convertible_v<bulletin::Revision, bool>);
static_assert(bulletin::absent == bulletin::Revision());

// Option structs are aggregates.
static_assert(std::is_aggregate_v<bulletin::ClientOptions>);
static_assert(std::is_aggregate_v<bulletin::SetOptions>);
static_assert(std::is_aggregate_v<bulletin::ManagerOptions>);
static_assert(std::is_aggregate_v<bulletin::BrokerOptions>);
static_assert(std::is_aggregate_v<bulletin::Limits>);

// A change of update has to return what is stored.
template <class F>
concept CanUpdate = requires(const Namespace& space, F f) {
  space.update<double>("x", f);
};
static_assert(CanUpdate<double (*)(std::optional<double>)>);
static_assert(CanUpdate<int (*)(std::optional<double>)>);
static_assert(!CanUpdate<std::string (*)(std::optional<double>)>);
static_assert(!CanUpdate<bool (*)(std::optional<double>)>);
static_assert(!CanUpdate<double (*)(std::string)>);

}  // namespace

TEST_CASE("what must not compile does not, and the rest does") {
  SUCCEED("decided by the compiler");
}
