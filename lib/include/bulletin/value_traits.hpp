// Which C++ types are stored as which values. Included by value.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
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

namespace detail {

template <class T>
struct StoredAs {
  using type = std::remove_cv_t<T>;
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

template <Settable T>
Value make_value(const T& object) {
  if constexpr (Text<T>) {
    return Value(object);
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
