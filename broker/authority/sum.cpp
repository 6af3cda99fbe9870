#include "authority/sum.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <variant>

#include <bulletin/detail/slot.hpp>
#include <bulletin/value.hpp>

#include "wire/names.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::authority {

namespace {

using detail::Kind;
using wire::Status;

using Number = std::variant<std::monostate, std::int64_t, std::uint64_t, double>;

/// Encodings longer than need be, and single precision.
Number unusual_number(std::string_view bytes) {
  const Value value = wire::decode_value(bytes);
  if (const auto* number = std::get_if<std::int64_t>(&value.data())) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value.data())) return *number;
  if (const auto* number = std::get_if<double>(&value.data())) return *number;
  return std::monostate();
}

bool may_be_number(std::string_view bytes) noexcept {
  const auto first = static_cast<unsigned char>(bytes[0]);
  return first <= 0x7F || first >= 0xE0 || (first >= 0xCA && first <= 0xD3);
}

Number to_number(std::string_view bytes) {
  const detail::Scalar scalar = wire::to_scalar(bytes);
  switch (scalar.kind) {
    case Kind::integer: return static_cast<std::int64_t>(scalar.bits);
    case Kind::unsigned_integer: return scalar.bits;
    case Kind::real: return std::bit_cast<double>(scalar.bits);
    case Kind::encoded: return may_be_number(bytes) ? unusual_number(bytes) : Number();
    default: return {};
  }
}

template <class Left, class Right>
Status add_integers(Left left, Right right, std::string& out) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) return Status::rejected;
  wire::append_scalar(Kind::integer, static_cast<std::uint64_t>(sum), out);
  return Status::ok;
}

Status add_reals(double left, double right, std::string& out) {
  const double sum = left + right;
  if (!std::isfinite(sum)) return Status::rejected;
  wire::append_scalar(Kind::real, std::bit_cast<std::uint64_t>(sum), out);
  return Status::ok;
}

/// Of a value that is no small one the type and size: an error message has a bound.
std::string described(std::string_view bytes) {
  constexpr std::size_t small = 64;
  if (bytes.size() <= small) return detail::described(wire::decode_value(bytes));
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto between = [&](unsigned low, unsigned high) { return low <= first && first <= high; };
  const bool is_map = between(0x80, 0x8F) || between(0xDE, 0xDF);
  const bool is_array = between(0x90, 0x9F) || between(0xDC, 0xDD);
  const bool is_bytes = between(0xC4, 0xC6);
  const std::string type = is_map     ? "a map"
                           : is_array ? "an array"
                           : is_bytes ? "bytes"
                                      : "a string";
  return type + " (" + std::to_string(bytes.size()) + " bytes encoded)";
}

struct Adder {
  std::string& out;

  template <class Left, class Right>
  Status operator()(Left left, Right right) const {
    constexpr bool left_is_real = std::is_same_v<Left, double>;
    constexpr bool right_is_real = std::is_same_v<Right, double>;
    if constexpr (std::is_same_v<Left, std::monostate> || std::is_same_v<Right, std::monostate> ||
                  left_is_real != right_is_real) {
      return Status::wrong_type;
    } else if constexpr (left_is_real) {
      return add_reals(left, right, out);
    } else {
      return add_integers(left, right, out);
    }
  }
};

}  // namespace

Status add(std::string_view value, std::string_view amount, std::string& out) {
  const Number number = to_number(amount);
  const Number zero =
      std::holds_alternative<double>(number) ? Number(0.0) : Number(std::int64_t{0});
  return std::visit(Adder{out}, value.empty() ? zero : to_number(value), number);
}

std::string mismatch(std::string_view name, std::string_view value, std::string_view amount) {
  return "attribute " + wire::quoted(name) + " holds " + described(value) + "; " +
         described(amount) +
         " cannot be added to it: integers are added to integers, and reals to reals";
}

}  // namespace bulletin::authority
