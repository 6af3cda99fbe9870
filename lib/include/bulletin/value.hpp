// What an attribute can hold.
#pragma once

#if __cplusplus < 202002L
#error "Bulletin needs C++20: compile with -std=c++20 (CMake: set(CMAKE_CXX_STANDARD 20))"
#endif

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace bulletin {

class Value;

using Bytes = std::vector<std::byte>;
using Array = std::vector<Value>;
/// Keys are strings, once each.
using Map = std::map<std::string, Value, std::less<>>;

/// How a C++ type is stored as a Value. Specialise it for a type of your own:
///
///     template <> struct bulletin::ValueTraits<Pose> {
///       static bulletin::Value to_value(const Pose& pose);
///       // nullopt: of another type
///       static std::optional<Pose> from_value(const bulletin::Value& value);
///     };
///
/// or include <bulletin/msgpack.hpp>, which does so for every MSGPACK_DEFINE type. `to_value` and
/// `from_value` may throw; what they throw reaches the caller of set or get.
template <class T>
struct ValueTraits;

namespace detail {

template <class T>
concept Character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// Any integer type but bool and the character types; 8-bit integers are `signed char` and
/// `unsigned char`.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !Character<T> && sizeof(T) <= 8;

template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

template <class T>
concept Number = Integer<T> || Real<T>;

template <class T>
concept Arithmetic = std::same_as<T, bool> || Number<T>;

/// string, string_view, const char* and arrays of char: stored as a string.
template <class T>
concept Text = std::same_as<T, std::string> || std::same_as<T, std::string_view> ||
               std::same_as < std::decay_t<T>,
const char* > || std::same_as<std::decay_t<T>, char*>;

[[noreturn]] void throw_null_text();

template <Text T>
std::string text_of(const T& text) {
  if constexpr (std::is_pointer_v<T>) {
    if (text == nullptr) throw_null_text();
  }
  return std::string(std::string_view(text));
}

template <class T>
concept Native = std::same_as<T, Bytes> || std::same_as<T, Array> || std::same_as<T, Map>;

}  // namespace detail

/// A MessagePack value without extension types: nil, bool, integer, double, string, bytes, array or
/// map. A regular type: copies are deep and independent.
///
///     bulletin::Value pose = bulletin::Map{{"x", 1.5}, {"tags", bulletin::Array{"a", "b"}}};
///     double x = pose["x"].as<double>();
///     std::string tag = pose["tags"][0].as<std::string>();
///
/// `==` compares numbers by their mathematical value (1 == 1.0) and a bool only with a bool.
class Value {
 public:
  enum class Type { nil, boolean, integer, real, string, bytes, array, map };

  /// nil
  Value() noexcept = default;

  // Each of these takes exactly the types named: no pointer becomes a bool, no char a number.
  // Braced lists do not compile; say `Value(Array{1, 2})`.
  template <std::same_as<bool> T>
  Value(T value) noexcept : data_(value) {}

  template <detail::Integer T>
  Value(T value) noexcept : data_(from_integer(value)) {}

  template <detail::Real T>
  Value(T value) noexcept : data_(static_cast<double>(value)) {}

  /// Throws Error rejected for a null pointer.
  template <detail::Text T>
  Value(const T& value) : data_(detail::text_of(value)) {}

  template <class T>
  requires detail::Native<std::remove_cvref_t<T>> ||
      (std::same_as<std::remove_cvref_t<T>, std::string> &&
       !std::is_lvalue_reference_v<T>)Value(T&& value)
      : data_(std::forward<T>(value)) {}

  Type type() const noexcept;
  bool is_nil() const noexcept { return data_.index() == 0; }

  /// The value as a T. Integers convert when they fit, and to float and double always. Throws Error
  /// wrong_type.
  template <class T>
  T as() const&;
  /// The same, moved out where the T is what is held: `std::move(value).as<bulletin::Array>()`.
  template <class T>
  T as() &&;

  /// The value as a T, or nullopt where `as` would throw.
  template <class T>
  std::optional<T> get_if() const {
    return ValueTraits<T>::from_value(*this);
  }

  /// The member of a map: `pose["x"].as<double>()`. Throws Error wrong_type if this is no map, and
  /// missing if it has no such member.
  const Value& operator[](std::string_view key) const;
  /// The item of an array, counted from 0. Throws Error wrong_type if this is no array, and missing
  /// past its end.
  const Value& operator[](std::size_t index) const;
  /// The member of a map; null if this is no map, or has no such member.
  const Value* find(std::string_view key) const noexcept;

  friend bool operator==(const Value& left, const Value& right) noexcept;

  /// An integer that fits is always held as int64; uint64 holds only those above.
  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string,
                            Bytes, Array, Map>;
  const Data& data() const noexcept { return data_; }

 private:
  template <detail::Integer T>
  static Data from_integer(T value) noexcept {
    if (std::in_range<std::int64_t>(value)) return Data(static_cast<std::int64_t>(value));
    return Data(static_cast<std::uint64_t>(value));
  }

  Data data_;
};

/// The name of the type, such as "string".
std::string_view to_string(Value::Type type) noexcept;

/// Prints the value as one line of JSON-like text: for messages and tests, not for parsing.
std::ostream& operator<<(std::ostream& out, const Value& value);

namespace detail {

[[noreturn]] void throw_wrong_type(const Value& found, std::string_view wanted);
/// For messages: the type and the beginning of the value, such as `the string "idle"`.
std::string described(const Value& value);

/// What error messages call a T.
template <class T>
constexpr std::string_view type_name() noexcept {
  if constexpr (std::same_as<T, bool>) {
    return "boolean";
  } else if constexpr (Integer<T>) {
    constexpr bool is_signed = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1: return is_signed ? "8-bit integer" : "unsigned 8-bit integer";
      case 2: return is_signed ? "16-bit integer" : "unsigned 16-bit integer";
      case 4: return is_signed ? "32-bit integer" : "unsigned 32-bit integer";
      default: return is_signed ? "64-bit integer" : "unsigned 64-bit integer";
    }
  } else if constexpr (Real<T>) {
    return "real";
  } else if constexpr (std::same_as<T, std::string>) {
    return "string";
  } else if constexpr (std::same_as<T, Bytes>) {
    return "bytes";
  } else if constexpr (std::same_as<T, Array>) {
    return "array";
  } else if constexpr (std::same_as<T, Map>) {
    return "map";
  } else {
    return "the program's own type";
  }
}

}  // namespace detail

template <class T>
T Value::as() const& {
  if (std::optional<T> value = get_if<T>()) return *std::move(value);
  detail::throw_wrong_type(*this, detail::type_name<T>());
}

template <class T>
T Value::as() && {
  if constexpr (std::same_as<T, std::string> || detail::Native<T>) {
    if (T* held = std::get_if<T>(&data_)) return std::move(*held);
  }
  return std::as_const(*this).template as<T>();
}

}  // namespace bulletin

#include <bulletin/value_traits.hpp>
