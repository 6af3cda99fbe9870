// Text from others, made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulletin::vocabulary {

/// The size of the character that comes first in `text`, which must not be empty; 0: it is not
/// UTF-8 (the shortest form, no surrogates, nothing above U+10FFFF).
std::size_t character_size(std::string_view text) noexcept;

/// How a character is written that must not reach a terminal.
enum class EscapeStyle {
  bytes,  ///< \x1b for each byte, also of what is not UTF-8
  json,   ///< \n, \t, \r or \u001b; U+FFFD for what is not UTF-8
};

/// Appends the first character of `text`, which must not be empty, and removes it from there.
/// Escaped is everything that would control a terminal or break a line: control characters (C0,
/// DEL and C1), line and paragraph separators, bidirectional controls, and what is not UTF-8. A
/// backslash is put before a character of `special`.
void append_escaped(std::string& out, std::string_view& text, EscapeStyle style,
                    std::string_view special = {});

/// All of the text, in the same way.
std::string escaped(std::string_view text, EscapeStyle style, std::string_view special = {});

}  // namespace bulletin::vocabulary
