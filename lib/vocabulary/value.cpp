#include <bulletin/value.hpp>

#include <cmath>
#include <cstring>

#include <bulletin/error.hpp>

namespace bulletin {

namespace {

/// Compares without rounding: as doubles 2^53 + 1 would equal 2^53.
template <class Integer>
bool equals_exactly(Integer integer, double real) noexcept {
  constexpr double end = std::is_signed_v<Integer> ? 0x1p63 : 0x1p64;
  constexpr double begin = std::is_signed_v<Integer> ? -0x1p63 : 0.0;
  if (!(real >= begin && real < end) || std::trunc(real) != real) return false;
  return static_cast<Integer>(real) == integer;
}

struct Equal {
  template <class T>
  bool operator()(const T& left, const T& right) const noexcept {
    return left == right;
  }
  template <class Left, class Right>
  bool operator()(const Left& left, const Right& right) const noexcept {
    if constexpr (detail::Integer<Left> && detail::Integer<Right>) {
      return std::cmp_equal(left, right);
    } else if constexpr (detail::Integer<Left> && detail::Real<Right>) {
      return equals_exactly(left, right);
    } else if constexpr (detail::Real<Left> && detail::Integer<Right>) {
      return equals_exactly(right, left);
    } else {
      return false;
    }
  }
};

}  // namespace

Value::Type Value::type() const noexcept {
  static constexpr Type types[] = {Type::nil,     Type::boolean, Type::integer,
                                   Type::integer, Type::real,    Type::string,
                                   Type::bytes,   Type::array,   Type::map};
  static_assert(std::size(types) == std::variant_size_v<Data>);
  return types[data_.index()];
}

const Value& Value::operator[](std::string_view key) const {
  if (type() != Type::map)
    detail::throw_wrong_type(*this, "map with the member '" + std::string(key) + "'");
  if (const Value* found = find(key)) return *found;
  throw Error(Errc::missing, "a map has no member '" + std::string(key) + "'");
}

const Value& Value::operator[](std::size_t index) const {
  const auto* array = std::get_if<Array>(&data_);
  if (array == nullptr) detail::throw_wrong_type(*this, "array");
  if (index < array->size()) return (*array)[index];
  throw Error(Errc::missing, "an array of " + std::to_string(array->size()) + " has no item " +
                                 std::to_string(index));
}

const Value* Value::find(std::string_view key) const noexcept {
  const auto* map = std::get_if<Map>(&data_);
  if (map == nullptr) return nullptr;
  const auto place = map->find(key);
  return place == map->end() ? nullptr : &place->second;
}

bool operator==(const Value& left, const Value& right) noexcept {
  return std::visit(Equal{}, left.data_, right.data_);
}

std::string_view to_string(Value::Type type) noexcept {
  switch (type) {
    case Value::Type::nil: return "nil";
    case Value::Type::boolean: return "boolean";
    case Value::Type::integer: return "integer";
    case Value::Type::real: return "real";
    case Value::Type::string: return "string";
    case Value::Type::bytes: return "bytes";
    case Value::Type::array: return "array";
    case Value::Type::map: return "map";
  }
  return "unknown";
}

namespace detail {

void throw_wrong_type(const Value& found, std::string_view wanted) {
  throw Error(Errc::wrong_type, described(found) + " cannot be read as " + std::string(wanted));
}

void throw_null_text() {
  throw Error(Errc::rejected, "a null pointer is no text: store Value() for nil");
}

void throw_does_not_fit(const Value& given, std::string_view wanted, std::string_view name) {
  throw Error(Errc::rejected,
              described(given) + " does not fit into the " + std::string(wanted) +
                  " that the handle on '" + std::string(name) + "' is for",
              std::string(name));
}

}  // namespace detail

Value ValueTraits<std::vector<std::uint8_t>>::to_value(const std::vector<std::uint8_t>& value) {
  Bytes bytes(value.size());
  if (!value.empty()) std::memcpy(bytes.data(), value.data(), value.size());
  return bytes;
}

std::optional<std::vector<std::uint8_t>> ValueTraits<std::vector<std::uint8_t>>::from_value(
    const Value& value) {
  const auto* bytes = std::get_if<Bytes>(&value.data());
  if (bytes == nullptr) return std::nullopt;
  std::vector<std::uint8_t> result(bytes->size());
  if (!bytes->empty()) std::memcpy(result.data(), bytes->data(), bytes->size());
  return result;
}

}  // namespace bulletin
