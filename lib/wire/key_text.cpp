#include "wire/key_text.hpp"

#include <algorithm>

#include "wire/decode_error.hpp"

namespace bulletin::wire {

bool is_key(std::string_view text) noexcept {
  constexpr std::string_view alphabet =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  return text.size() == key_characters && std::all_of(text.begin(), text.end(), [&](char letter) {
           return alphabet.find(letter) != alphabet.npos;
         });
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
