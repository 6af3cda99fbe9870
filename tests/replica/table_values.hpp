// Values that show by themselves whether they are whole and whose they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/value.hpp>

#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::test {

/// The name with a number.
inline std::string numbered(std::string_view prefix, std::uint64_t number) {
  return std::string(prefix) + std::to_string(number);
}

/// The bytes of a string of some size that begins with the attribute's name and its revision and
/// goes on with what follows from them.
inline std::string checking_value(std::string_view name, std::uint64_t revision, std::size_t size) {
  std::string text = std::string(name) + "=" + std::to_string(revision) + ":";
  std::uint64_t state = wire::name_hash(text);
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += static_cast<char>('a' + (state >> 33) % 26);
  }
  return wire::encode_value(Value(text));
}

/// Whether the bytes are what `checking_value` made for this name and revision, of whatever size.
inline bool is_checking_value(std::string_view bytes, std::string_view name,
                              std::uint64_t revision) {
  const Value value = wire::decode_value(bytes);
  const auto text = value.get_if<std::string>();
  return text && checking_value(name, revision, text->size()) == bytes;
}

}  // namespace bulletin::test
