#include "authority/sum.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <variant>

#include <bulletin/detail/slot.hpp>

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

template <class Left>
Status add_reals(Left left, double right, std::string& out) {
  const double sum = static_cast<double>(left) + right;
  if (!std::isfinite(sum)) return Status::rejected;
  wire::append_scalar(Kind::real, std::bit_cast<std::uint64_t>(sum), out);
  return Status::ok;
}

struct Adder {
  std::string& out;

  template <class Left, class Right>
  Status operator()(Left left, Right right) const {
    constexpr bool left_is_real = std::is_same_v<Left, double>;
    if constexpr (std::is_same_v<Left, std::monostate> || std::is_same_v<Right, std::monostate>) {
      return Status::wrong_type;
    } else if constexpr (std::is_same_v<Right, double>) {
      return add_reals(left, right, out);
    } else if constexpr (left_is_real) {
      return Status::wrong_type;
    } else {
      return add_integers(left, right, out);
    }
  }
};

}  // namespace

Status add(std::string_view value, std::string_view amount, std::string& out) {
  const Number before = value.empty() ? Number(std::int64_t{0}) : to_number(value);
  return std::visit(Adder{out}, before, to_number(amount));
}

}  // namespace bulletin::authority
