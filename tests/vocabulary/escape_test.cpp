#include "vocabulary/escape.hpp"

#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "support/catch.hpp"
#include "wire/names.hpp"

using bulletin::vocabulary::escaped;
using bulletin::vocabulary::EscapeStyle;

namespace {

/// UTF-8 of a code point below U+10000.
std::string utf8(unsigned code) {
  const auto byte = [](unsigned bits) { return static_cast<char>(bits); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 63))};
  return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63))};
}

bool controls(unsigned code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

TEST_CASE("of all characters exactly those that control a terminal are escaped in each style") {
  for (unsigned code = 1; code != 0xFFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    const std::string character = utf8(code);
    const bool json_changes = escaped(character, EscapeStyle::json) != character;
    const bool bytes_change = escaped(character, EscapeStyle::bytes) != character;
    if (json_changes != controls(code) || bytes_change != controls(code)) FAIL(code);
  }
  CHECK(escaped("\U0001F916", EscapeStyle::bytes) == "\U0001F916");
}

TEST_CASE("bytes are written one by one and also when they are not UTF-8") {
  CHECK(escaped("a\x1b[2J\n", EscapeStyle::bytes) == "a\\x1b[2J\\x0a");
  CHECK(escaped("\u009b2J\u202e", EscapeStyle::bytes) == "\\xc2\\x9b2J\\xe2\\x80\\xae");
  CHECK(escaped("x\x9by\xc3", EscapeStyle::bytes) == "x\\x9by\\xc3");
  CHECK(escaped("\xed\xa0\x80", EscapeStyle::bytes) == "\\xed\\xa0\\x80");
}

TEST_CASE("a name in a message cannot control a terminal") {
  CHECK(bulletin::wire::quoted("a\u009b2J") == "'a\\xc2\\x9b2J'");
  CHECK(bulletin::wire::quoted("\u202eexe\u2066\u061c\u200f\u2028") ==
        "'\\xe2\\x80\\xaeexe\\xe2\\x81\\xa6\\xd8\\x9c\\xe2\\x80\\x8f\\xe2\\x80\\xa8'");
}

TEST_CASE("an error's message is safe to print whoever wrote it and its name is exact") {
  const bulletin::Error error(bulletin::Errc::denied, "refused: \x1b]0;x\x07 \u009b\u202e\xff\n",
                              "a\x1b");
  CHECK(error.what() == std::string("refused: \\x1b]0;x\\x07 \\xc2\\x9b\\xe2\\x80\\xae\\xff\\x0a"));
  CHECK(error.name() == "a\x1b");
}
