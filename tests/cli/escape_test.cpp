#include "cli/escape.hpp"

#include "support/catch.hpp"

using bulletin::cli::escape;
using bulletin::cli::shorten;
using bulletin::cli::width;

TEST_CASE("plain text is not touched") {
  CHECK(escape("") == "");
  CHECK(escape("plant/robot 7 ~") == "plant/robot 7 ~");
  CHECK(escape("Größe 日本 🤖 👩\u200d🔧") == "Größe 日本 🤖 👩\u200d🔧");
}

TEST_CASE("what steers a terminal is escaped") {
  CHECK(escape("\x1b]0;title\x07") == "\\u001b]0;title\\u0007");
  CHECK(escape("a\nb\x7f") == "a\\nb\\u007f");
  CHECK(escape("\u0085\u009b2J") == "\\u0085\\u009b2J");
  CHECK(escape("\u202eabc\u2066") == "\\u202eabc\\u2066");
}

TEST_CASE("what is no UTF-8 is replaced, and the rest goes on") {
  CHECK(escape("a\xff"
               "b") == "a\uFFFDb");
  CHECK(escape("\xc3") == "\uFFFD");
  CHECK(escape("x\x80y\x9bz") == "x\uFFFDy\uFFFDz");
  CHECK(escape("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("special characters get a backslash") { CHECK(escape("a'b", "'") == "a\\'b"); }

TEST_CASE("width counts characters, and shortening cuts between them") {
  CHECK(width("Größe") == 5);
  CHECK(shorten("Größe", 5) == "Größe");
  CHECK(shorten("Größe", 4) == "Grö…");
  CHECK(shorten("日本語", 2) == "日…");
  CHECK(shorten("ab", 1) == "…");
}
