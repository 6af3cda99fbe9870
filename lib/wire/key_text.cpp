#include "wire/key_text.hpp"

#include <algorithm>
#include <cstdint>

#include "wire/decode_error.hpp"

namespace bulletin::wire {

namespace {

constexpr std::string_view alphabet =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
// Four bytes are a number of five digits.
constexpr std::size_t group_bytes = 4;
constexpr std::size_t group_digits = 5;

}  // namespace

bool is_key(std::string_view text) noexcept {
  return text.size() == key_characters && std::all_of(text.begin(), text.end(), [&](char letter) {
           return alphabet.find(letter) != alphabet.npos;
         });
}

KeyBytes key_bytes(std::string_view text) noexcept {
  KeyBytes key{};
  if (!is_key(text)) return key;
  for (std::size_t at = 0; at != key.size(); at += group_bytes) {
    std::uint32_t number = 0;
    for (const char digit : text.substr(at / group_bytes * group_digits, group_digits))
      number = number * static_cast<std::uint32_t>(alphabet.size()) +
               static_cast<std::uint32_t>(alphabet.find(digit));
    for (std::size_t i = 0; i != group_bytes; ++i)
      key[at + i] = static_cast<unsigned char>(number >> (24 - 8 * i));
  }
  return key;
}

std::string key_text(const KeyBytes& key) {
  std::string text(key_characters, '\0');
  for (std::size_t at = 0; at != key.size(); at += group_bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i != group_bytes; ++i) number = number << 8 | key[at + i];
    for (std::size_t i = group_digits; i != 0; --i) {
      text[at / group_bytes * group_digits + i - 1] = alphabet[number % alphabet.size()];
      number /= static_cast<std::uint32_t>(alphabet.size());
    }
  }
  return text;
}

bool is_comment(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r") == line.npos || line.starts_with("# ") || line == "#";
}

std::string key_in(std::string_view text) {
  std::string_view last;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!is_comment(line)) last = line;
  }
  if (!is_key(last)) throw DecodeError("its last line is no key of 40 characters (Z85)");
  return std::string(last);
}

std::string key_file(std::string_view comment, std::string_view key) {
  std::string text = "# ";
  text.append(comment).append("\n").append(key).append("\n");
  return text;
}

}  // namespace bulletin::wire
