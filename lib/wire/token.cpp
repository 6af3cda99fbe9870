#include "wire/token.hpp"

#include <bit>

namespace bulletin::wire {

std::uint64_t integer_bits(const Token& token) noexcept {
  const unsigned char type = token.type;
  if (type <= 0x7F) return type;
  if (type >= 0xE0) return static_cast<std::uint64_t>(static_cast<std::int8_t>(type));
  const std::uint64_t number = big_endian(token.payload.data(), token.payload.size());
  switch (type) {
    case 0xD0: return static_cast<std::uint64_t>(static_cast<std::int8_t>(number));
    case 0xD1: return static_cast<std::uint64_t>(static_cast<std::int16_t>(number));
    case 0xD2: return static_cast<std::uint64_t>(static_cast<std::int32_t>(number));
    default: return number;
  }
}

bool is_negative(const Token& token) noexcept {
  const bool is_signed = token.type >= 0xD0;
  return is_signed && static_cast<std::int64_t>(integer_bits(token)) < 0;
}

double real_value(const Token& token) noexcept {
  const std::uint64_t bits = big_endian(token.payload.data(), token.payload.size());
  if (token.payload.size() == sizeof(float)) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  return std::bit_cast<double>(bits);
}

const char* to_string(Family family) noexcept {
  switch (family) {
    case Family::reserved: return "the byte 0xC1";
    case Family::truncated: return "the end";
    case Family::nil: return "nil";
    case Family::boolean: return "a boolean";
    case Family::integer: return "an integer";
    case Family::real: return "a float";
    case Family::string: return "a string";
    case Family::binary: return "binary";
    case Family::array: return "an array";
    case Family::map: return "a map";
    case Family::extension: return "an extension";
  }
  return "something else";
}

}  // namespace bulletin::wire
