// The smallest piece of MessagePack: one head, with what it says about what follows.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bulletin::wire {

enum class Family : std::uint8_t {
  reserved,   ///< 0xC1, which nothing uses
  truncated,  ///< the bytes end before the object does
  nil,
  boolean,
  integer,
  real,
  string,
  binary,
  array,
  map,
  extension,
};

struct Token {
  Family family = Family::truncated;
  unsigned char type = 0;    ///< the first byte
  std::uint32_t count = 0;   ///< of an array's elements or a map's pairs
  std::string_view payload;  ///< the bytes of a number, string, binary or extension
};

struct TypeByte {
  Family family = Family::reserved;
  std::uint8_t length_bytes = 0;  ///< how many bytes of length or count follow
  std::uint8_t length = 0;        ///< the length or count, when none follow
};

constexpr std::array<TypeByte, 256> type_bytes() noexcept {
  std::array<TypeByte, 256> table{};
  const auto fill = [&table](unsigned first, unsigned last, Family family) {
    for (unsigned i = first; i <= last; ++i) {
      table[i] = {family, 0, static_cast<std::uint8_t>(i - first)};
    }
  };
  const auto lengths = [&table](unsigned first, unsigned last, Family family, unsigned bytes) {
    for (unsigned i = first; i <= last; ++i, bytes *= 2) {
      table[i] = {family, static_cast<std::uint8_t>(bytes), 0};
    }
  };
  const auto fixed = [&table](unsigned first, unsigned last, Family family, unsigned length) {
    for (unsigned i = first; i <= last; ++i, length *= 2) {
      table[i] = {family, 0, static_cast<std::uint8_t>(length)};
    }
  };
  fixed(0x00, 0x7F, Family::integer, 0);
  fill(0x80, 0x8F, Family::map);
  fill(0x90, 0x9F, Family::array);
  fill(0xA0, 0xBF, Family::string);
  fixed(0xC0, 0xC0, Family::nil, 0);
  fixed(0xC2, 0xC3, Family::boolean, 0);
  lengths(0xC4, 0xC6, Family::binary, 1);
  lengths(0xC7, 0xC9, Family::extension, 1);
  fixed(0xCA, 0xCB, Family::real, 4);
  fixed(0xCC, 0xCF, Family::integer, 1);
  fixed(0xD0, 0xD3, Family::integer, 1);
  fixed(0xD4, 0xD8, Family::extension, 1);
  lengths(0xD9, 0xDB, Family::string, 1);
  lengths(0xDC, 0xDD, Family::array, 2);
  lengths(0xDE, 0xDF, Family::map, 2);
  fixed(0xE0, 0xFF, Family::integer, 0);
  return table;
}

inline constexpr std::array<TypeByte, 256> type_table = type_bytes();

/// The number that the bytes of a Word are, most significant first.
template <class Word>
std::uint64_t big_endian(const char* bytes) noexcept {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big || sizeof word == 1) return word;
  // g++ makes no swap of a loop of shifts.
  return __builtin_bswap64(word) >> (64 - 8 * sizeof word);
}

/// The same for 1, 2, 4 or 8 bytes.
inline std::uint64_t big_endian(const char* bytes, std::size_t size) noexcept {
  switch (size) {
    case 1: return big_endian<std::uint8_t>(bytes);
    case 2: return big_endian<std::uint16_t>(bytes);
    case 4: return big_endian<std::uint32_t>(bytes);
    default: return big_endian<std::uint64_t>(bytes);
  }
}

/// The inverse: the lowest bytes of a number, as many as a Word has.
template <class Word>
void put_big_endian(char* bytes, std::uint64_t number) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    number = __builtin_bswap64(number) >> (64 - 8 * sizeof(Word));
  }
  const auto word = static_cast<Word>(number);
  std::memcpy(bytes, &word, sizeof word);
}

/// The least that an array's or map's contents take: one byte for each object.
inline bool contents_fit(Family family, std::uint64_t count, std::size_t rest) noexcept {
  return (family == Family::map ? count * 2 : count) <= rest;
}

/// Takes a token off the front of `rest`: of an array or a map its head only, of everything else
/// the whole object. Nothing is taken when the family is truncated or reserved.
inline Token take_token(std::string_view& rest) noexcept {
  if (rest.empty()) return {};
  const auto type = static_cast<unsigned char>(rest[0]);
  const TypeByte& entry = type_table[type];
  std::size_t head = 1;
  std::uint64_t length = entry.length;
  if (entry.length_bytes != 0) {
    head += entry.length_bytes;
    if (rest.size() < head) return {};
    length = big_endian(rest.data() + 1, entry.length_bytes);
  }
  Token token{entry.family, type, 0, {}};
  switch (entry.family) {
    case Family::reserved: return token;
    case Family::array:
    case Family::map:
      if (!contents_fit(entry.family, length, rest.size() - head)) return {};
      token.count = static_cast<std::uint32_t>(length);
      break;
    case Family::extension: ++length; [[fallthrough]];  // its own type byte
    default:
      if (rest.size() - head < length) return {};
      token.payload = rest.substr(head, length);
      head += length;
  }
  rest.remove_prefix(head);
  return token;
}

/// True when an integer token's number is below zero.
bool is_negative(const Token& token) noexcept;
/// An integer token's number; below zero in two's complement.
std::uint64_t integer_bits(const Token& token) noexcept;
/// A real token's number.
double real_value(const Token& token) noexcept;
/// What error messages call it.
const char* to_string(Family family) noexcept;

}  // namespace bulletin::wire
