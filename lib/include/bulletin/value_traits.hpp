// Which C++ types are stored as which values. Included by value.hpp.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <bulletin/encoded.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

template <>
struct ValueTraits<Value> {
  static Value to_value(const Value& value) { return value; }
  static std::optional<Value> from_value(const Value& value) { return value; }
};

/// The bytes of a value; of an attribute they are read and written without a `Value`.
template <>
struct ValueTraits<Encoded> {
  static Value to_value(const Encoded& encoded);
  static std::optional<Encoded> from_value(const Value& value);
};

template <>
struct ValueTraits<bool> {
  static Value to_value(bool value) { return value; }
  static std::optional<bool> from_value(const Value& value) {
    if (const bool* found = std::get_if<bool>(&value.data())) return *found;
    return std::nullopt;
  }
};

/// Integers of every width: converted when the number fits.
template <detail::Integer T>
struct ValueTraits<T> {
  static Value to_value(T value) { return value; }
  static std::optional<T> from_value(const Value& value) {
    if (const auto* found = std::get_if<std::int64_t>(&value.data())) return narrow(*found);
    if (const auto* found = std::get_if<std::uint64_t>(&value.data())) return narrow(*found);
    return std::nullopt;
  }

 private:
  template <class Wide>
  static std::optional<T> narrow(Wide wide) {
    if (!std::in_range<T>(wide)) return std::nullopt;
    return static_cast<T>(wide);
  }
};

/// float and double: stored as a double; read from every number.
template <detail::Real T>
struct ValueTraits<T> {
  static Value to_value(T value) { return value; }
  static std::optional<T> from_value(const Value& value) {
    if (const auto* found = std::get_if<double>(&value.data())) return static_cast<T>(*found);
    if (const auto* found = std::get_if<std::int64_t>(&value.data())) return static_cast<T>(*found);
    if (const auto* found = std::get_if<std::uint64_t>(&value.data()))
      return static_cast<T>(*found);
    return std::nullopt;
  }
};

/// string, bytes, array and map: copied out.
template <class T>
requires(std::same_as<T, std::string> || detail::Native<T>) struct ValueTraits<T> {
  static Value to_value(T value) { return value; }
  static std::optional<T> from_value(const Value& value) {
    if (const T* found = std::get_if<T>(&value.data())) return *found;
    return std::nullopt;
  }
};

/// A type that can be stored in an attribute and read back.
template <class T>
concept Storable = requires(const T& object, const Value& value) {
  { ValueTraits<T>::to_value(object) } -> std::same_as<Value>;
  { ValueTraits<T>::from_value(value) } -> std::same_as<std::optional<T>>;
};

/// `std::vector<std::uint8_t>` is stored as bytes, every other vector as an array.
template <>
struct ValueTraits<std::vector<std::uint8_t>> {
  static Value to_value(const std::vector<std::uint8_t>& value);
  static std::optional<std::vector<std::uint8_t>> from_value(const Value& value);
};

template <class T>
requires(Storable<T> && !detail::Native<std::vector<T>> &&
         !std::same_as<T, std::uint8_t>) struct ValueTraits<std::vector<T>> {
  static Value to_value(const std::vector<T>& items) {
    Array array;
    array.reserve(items.size());
    for (const auto& item : items) array.push_back(ValueTraits<T>::to_value(item));
    return array;
  }
  static std::optional<std::vector<T>> from_value(const Value& value) {
    const auto* array = std::get_if<Array>(&value.data());
    if (array == nullptr) return std::nullopt;
    std::vector<T> items;
    items.reserve(array->size());
    for (const Value& element : *array) {
      std::optional<T> item = ValueTraits<T>::from_value(element);
      if (!item) return std::nullopt;
      items.push_back(*std::move(item));
    }
    return items;
  }
};

namespace detail {

/// Maps from string to a storable type, ordered or not.
template <class Container>
struct MapTraits {
  using Item = typename Container::mapped_type;

  static Value to_value(const Container& items) {
    Map map;
    for (const auto& [key, item] : items) map.emplace(key, ValueTraits<Item>::to_value(item));
    return map;
  }
  static std::optional<Container> from_value(const Value& value) {
    const auto* map = std::get_if<Map>(&value.data());
    if (map == nullptr) return std::nullopt;
    Container items;
    for (const auto& [key, element] : *map) {
      std::optional<Item> item = ValueTraits<Item>::from_value(element);
      if (!item) return std::nullopt;
      items.emplace(key, *std::move(item));
    }
    return items;
  }
};

}  // namespace detail

template <class T>
requires Storable<T>
struct ValueTraits<std::map<std::string, T>> : detail::MapTraits<std::map<std::string, T>> {
};

template <class T>
requires Storable<T>
struct ValueTraits<std::unordered_map<std::string, T>>
    : detail::MapTraits<std::unordered_map<std::string, T>> {
};

/// Enumerations: stored as the number.
///
///     enum class Mode { idle, busy };
///     robot.set("mode", Mode::busy);
template <class T>
requires(std::is_enum_v<T> && !std::same_as<T, std::byte> &&
         detail::Arithmetic<std::underlying_type_t<T>>) struct ValueTraits<T> {
  using Number = std::underlying_type_t<T>;

  static Value to_value(T value) { return static_cast<Number>(value); }
  static std::optional<T> from_value(const Value& value) {
    const std::optional<Number> number = ValueTraits<Number>::from_value(value);
    if (!number) return std::nullopt;
    return static_cast<T>(*number);
  }
};

/// Stored as nil without a value. `get<std::optional<int>>("x")` is nullopt when the attribute does
/// not exist, and holds a nullopt when it is nil.
template <Storable T>
struct ValueTraits<std::optional<T>> {
  static Value to_value(const std::optional<T>& value) {
    return value ? ValueTraits<T>::to_value(*value) : Value();
  }
  static std::optional<std::optional<T>> from_value(const Value& value) {
    if (value.is_nil()) return std::optional<T>();
    std::optional<T> found = ValueTraits<T>::from_value(value);
    if (!found) return std::nullopt;
    return found;
  }
};

namespace detail {

/// std::array, std::pair and std::tuple: arrays of exactly that size.
template <class Tuple>
struct TupleTraits {
  static constexpr std::size_t size = std::tuple_size_v<Tuple>;

  static Value to_value(const Tuple& tuple) {
    return std::apply(
        [](const auto&... items) {
          Array array;
          array.reserve(size);
          (array.push_back(ValueTraits<std::remove_cvref_t<decltype(items)>>::to_value(items)),
           ...);
          return array;
        },
        tuple);
  }
  static std::optional<Tuple> from_value(const Value& value) {
    const auto* array = std::get_if<Array>(&value.data());
    if (array == nullptr || array->size() != size) return std::nullopt;
    return read(*array, std::make_index_sequence<size>());
  }

 private:
  template <std::size_t... indices>
  static std::optional<Tuple> read(const Array& array, std::index_sequence<indices...>) {
    std::tuple<std::optional<std::tuple_element_t<indices, Tuple>>...> items{
        ValueTraits<std::tuple_element_t<indices, Tuple>>::from_value(array[indices])...};
    if (!(std::get<indices>(items).has_value() && ...)) return std::nullopt;
    return Tuple{*std::move(std::get<indices>(items))...};
  }
};

}  // namespace detail

template <Storable T, std::size_t size>
struct ValueTraits<std::array<T, size>> : detail::TupleTraits<std::array<T, size>> {};

template <Storable First, Storable Second>
struct ValueTraits<std::pair<First, Second>> : detail::TupleTraits<std::pair<First, Second>> {};

template <Storable... T>
struct ValueTraits<std::tuple<T...>> : detail::TupleTraits<std::tuple<T...>> {};

/// Durations: stored as whole nanoseconds, and rounded towards zero to what is asked for.
///
///     robot.set("pause", 1500ms);                        // 1500000000
///     robot.at<std::chrono::seconds>("pause");           // 1 s
template <class Rep, class Period>
struct ValueTraits<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;

  static Value to_value(const Duration& value) {
    return std::int64_t{std::chrono::duration_cast<std::chrono::nanoseconds>(value).count()};
  }
  static std::optional<Duration> from_value(const Value& value) {
    const auto count = ValueTraits<std::int64_t>::from_value(value);
    if (!count) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(*count));
  }
};

/// Times of the wall clock: stored as whole nanoseconds of Unix time. Other clocks mean nothing to
/// other processes.
template <class Duration>
struct ValueTraits<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

  static Value to_value(const Time& value) {
    return ValueTraits<Duration>::to_value(value.time_since_epoch());
  }
  static std::optional<Time> from_value(const Value& value) {
    const auto since = ValueTraits<Duration>::from_value(value);
    if (!since) return std::nullopt;
    return Time(*since);
  }
};

namespace detail {

template <class T>
struct StoredAs {
  using type = std::remove_cv_t<T>;
};
/// A span can be stored, and is read as a vector.
template <class T, std::size_t extent>
struct StoredAs<std::span<T, extent>> {
  using type = std::vector<std::remove_cv_t<T>>;
};
template <Text T>
struct StoredAs<T> {
  using type = std::string;
};

/// What an argument of type T is stored and read as: text as std::string, everything else as
/// itself.
template <class T>
using stored_t = typename StoredAs<T>::type;

/// What `set` and its kin take: a storable type, or text.
template <class T>
concept Settable = Storable<stored_t<T>>;

/// A type of the program's own that cannot be stored yet.
template <class T>
concept NotStorable = std::is_class_v<T> && !Settable<T>;

template <Settable T>
Value make_value(const T& object) {
  if constexpr (Text<T>) {
    return Value(object);
  } else if constexpr (!std::same_as<T, stored_t<T>>) {
    return ValueTraits<stored_t<T>>::to_value(stored_t<T>(object.begin(), object.end()));
  } else {
    return ValueTraits<T>::to_value(object);
  }
}

/// What a write stores: a value, or the bytes of one. Refers to what it was made from.
class Content {
 public:
  Content(const Value& value) noexcept : value_(&value) {}
  Content(const Encoded& encoded) noexcept : encoded_(&encoded) {}

  /// One of them is null.
  const Value* value() const noexcept { return value_; }
  const Encoded* encoded() const noexcept { return encoded_; }

 private:
  const Value* value_ = nullptr;
  const Encoded* encoded_ = nullptr;
};

/// What to make a Content from.
template <Settable T>
decltype(auto) content_of(const T& object) {
  if constexpr (std::same_as<T, Encoded> || std::same_as<T, Value>) {
    return (object);
  } else {
    return make_value(object);
  }
}

/// The object as what it is stored as.
template <Settable T>
stored_t<T> as_stored(const T& object) {
  if constexpr (Text<T>) {
    return text_of(object);
  } else if constexpr (!std::same_as<T, stored_t<T>>) {
    return stored_t<T>(object.begin(), object.end());
  } else {
    return object;
  }
}

/// What can be given for a T: a T; for an integer every integer type (one that does not fit is
/// refused when it comes), for a real every number, for a string text, for a Value everything.
template <class Given, class T>
concept AssignableTo = Settable<Given> &&
    (std::same_as<stored_t<Given>, T> || (Integer<Given> && Integer<T>) ||
     (Number<Given> && Real<T>) || std::same_as<T, Value>);

/// What a braced list given for a T is taken as: a struct of the program's own, or nothing.
template <class T>
using braced_t = std::conditional_t<std::is_aggregate_v<T>, T, void>;

[[noreturn]] void throw_does_not_fit(const Value& given, std::string_view wanted,
                                     std::string_view name);

/// The attribute's name is for the message. Throws Error rejected for an integer that does not fit.
template <class T, class Given>
requires AssignableTo<Given, T> T assigned(const Given& given, std::string_view name) {
  if constexpr (std::same_as<stored_t<Given>, T>) {
    return as_stored(given);
  } else if constexpr (Integer<T>) {
    if (!std::in_range<T>(given)) throw_does_not_fit(Value(given), type_name<T>(), name);
    return static_cast<T>(given);
  } else if constexpr (Real<T>) {
    return static_cast<T>(given);
  } else {
    return make_value(given);
  }
}

}  // namespace detail

}  // namespace bulletin
