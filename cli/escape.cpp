#include "cli/escape.hpp"

#include <algorithm>

#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// The first character, with the bytes that continue it; one byte when it is no UTF-8.
std::string_view first_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && size < 4 && !begins_character(text[size])) ++size;
  const std::string_view character = text.substr(0, size);
  return wire::is_utf8(character) ? character : text.substr(0, 1);
}

/// Of one valid character of up to three bytes; others steer nothing.
unsigned code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 31U) << 6 | (byte(1) & 63U);
    case 3: return (byte(0) & 15U) << 12 | (byte(1) & 63U) << 6 | (byte(2) & 63U);
    default: return 0xFFFF;
  }
}

bool steers(unsigned code) {
  const auto between = [code](unsigned low, unsigned high) { return code >= low && code <= high; };
  return code < 0x20 || between(0x7F, 0x9F) || code == 0x061C || between(0x200E, 0x200F) ||
         between(0x2028, 0x202E) || between(0x2066, 0x2069);
}

void append_escaped(std::string& out, unsigned code) {
  static constexpr std::string_view digits = "0123456789abcdef";
  switch (code) {
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: break;
  }
  out += "\\u";
  for (const int shift : {12, 8, 4, 0}) out += digits[code >> shift & 15];
}

}  // namespace

std::string escape(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    text.remove_prefix(character.size());
    if (!wire::is_utf8(character)) {
      out += "\uFFFD";
    } else if (const unsigned code = code_point(character); steers(code)) {
      append_escaped(out, code);
    } else {
      if (special.find(character) != special.npos) out += '\\';
      out += character;
    }
  }
  return out;
}

std::size_t width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string shorten(std::string_view text, std::size_t most) {
  if (width(text) <= most || most == 0) return std::string(text);
  std::size_t end = 0;
  for (std::size_t left = most; end < text.size(); ++end) {
    if (begins_character(text[end]) && left-- == 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace bulletin::cli
