#include "cli/escape.hpp"

#include <algorithm>

#include "vocabulary/escape.hpp"

namespace bulletin::cli {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

std::string escape(std::string_view text, std::string_view special) {
  return vocabulary::escaped(text, vocabulary::EscapeStyle::json, special);
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
