// Scalars: what a slot holds without a block of its own.

#include <bit>

#include "wire/packer.hpp"
#include "wire/token.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::wire {

namespace {

using bulletin::detail::Kind;
using bulletin::detail::Scalar;

std::size_t shortest_size(std::uint64_t number) noexcept {
  if (number < 0x80) return 1;
  if (number <= 0xFF) return 2;
  if (number <= 0xFFFF) return 3;
  return number <= 0xFFFFFFFF ? 5 : 9;
}

std::size_t shortest_negative_size(std::int64_t number) noexcept {
  if (number >= -0x20) return 1;
  if (number >= -0x80) return 2;
  if (number >= -0x8000) return 3;
  return number >= -0x80000000LL ? 5 : 9;
}

Scalar integer_scalar(const Token& token, std::size_t size) noexcept {
  const std::uint64_t bits = integer_bits(token);
  if (is_negative(token)) {
    const bool shortest = size == shortest_negative_size(static_cast<std::int64_t>(bits));
    return {shortest ? Kind::integer : Kind::encoded, shortest ? bits : 0, 0};
  }
  const bool is_unsigned_form = token.type < 0xD0;
  if (!is_unsigned_form || size != shortest_size(bits)) return {Kind::encoded, 0, 0};
  return {static_cast<std::int64_t>(bits) < 0 ? Kind::unsigned_integer : Kind::integer, bits, 0};
}

}  // namespace

Scalar to_scalar(std::string_view bytes) noexcept {
  if (bytes.size() == 9 && bytes[0] == '\xCB')
    return {Kind::real, big_endian<std::uint64_t>(bytes.data() + 1), 0};
  std::string_view rest = bytes;
  const Token token = take_token(rest);
  switch (token.family) {
    case Family::nil: return {Kind::nil, 0, 0};
    case Family::boolean: return {Kind::boolean, token.type & 1U, 0};
    case Family::integer: return integer_scalar(token, bytes.size());
    default: return {Kind::encoded, 0, 0};
  }
}

ScalarBytes::ScalarBytes(Kind kind, std::uint64_t bits) noexcept {
  HeadPacker packer;
  switch (kind) {
    case Kind::nil: packer.nil(); break;
    case Kind::boolean: packer.boolean(bits != 0); break;
    case Kind::integer: packer.signed_integer(static_cast<std::int64_t>(bits)); break;
    case Kind::unsigned_integer: packer.integer(bits); break;
    case Kind::real: packer.real(std::bit_cast<double>(bits)); break;
    case Kind::absent:
    case Kind::encoded: break;
  }
  size_ = packer.view().copy(bytes_.data(), bytes_.size());
}

void append_scalar(Kind kind, std::uint64_t bits, std::string& out) {
  out += ScalarBytes(kind, bits).view();
}

}  // namespace bulletin::wire
