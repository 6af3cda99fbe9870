#include "vocabulary/escape.hpp"

namespace bulletin::vocabulary {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool is_tail(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Of a valid character. Nothing above U+FFFF is escaped.
unsigned code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 31U) << 6 | (byte(1) & 63U);
    case 3: return (byte(0) & 15U) << 12 | (byte(1) & 63U) << 6 | (byte(2) & 63U);
    default: return 0xFFFF;
  }
}

bool controls_terminal(unsigned code) {
  const auto between = [code](unsigned low, unsigned high) { return code >= low && code <= high; };
  return code < 0x20 || between(0x7F, 0x9F) || code == 0x061C || between(0x200E, 0x200F) ||
         between(0x2028, 0x202E) || between(0x2066, 0x2069);
}

void append_bytes(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) {
    out += "\\x";
    out += digits[static_cast<unsigned char>(byte) >> 4];
    out += digits[static_cast<unsigned char>(byte) & 15];
  }
}

void append_json(std::string& out, unsigned code) {
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

// Table 3-7 of the Unicode standard: only the second byte's range differs between lead bytes.
std::size_t character_size(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  if (size > 2 && !is_tail(text[2])) return 0;
  if (size > 3 && !is_tail(text[3])) return 0;
  return size;
}

void append_escaped(std::string& out, std::string_view& text, EscapeStyle style,
                    std::string_view special) {
  const std::size_t size = character_size(text);
  const std::string_view character = text.substr(0, size == 0 ? 1 : size);
  text.remove_prefix(character.size());
  const bool bytes = style == EscapeStyle::bytes;
  if (size == 0) {
    bytes ? append_bytes(out, character) : void(out += "\uFFFD");
  } else if (const unsigned code = code_point(character); controls_terminal(code)) {
    bytes ? append_bytes(out, character) : append_json(out, code);
  } else {
    if (special.find(character) != special.npos) out += '\\';
    out += character;
  }
}

std::string escaped(std::string_view text, EscapeStyle style, std::string_view special) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) append_escaped(out, text, style, special);
  return out;
}

}  // namespace bulletin::vocabulary
