#include "wire/names.hpp"

#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::wire;
using namespace std::string_view_literals;

namespace {

/// UTF-8 of a number, whether or not it is a character.
std::string encode(char32_t character) {
  std::string out;
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (character >> shift & 0x3F));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0 | character >> 6);
    tail(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0 | character >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | character >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

}  // namespace

TEST_CASE("every character but the surrogates is UTF-8") {
  for (char32_t character = 0; character != 0x110000; ++character) {
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (is_utf8(encode(character)) == surrogate) FAIL(std::hex << std::uint32_t{character});
  }
  CHECK_FALSE(is_utf8(encode(0x110000)));
}

TEST_CASE("of all two bytes only the shortest forms are UTF-8") {
  int legal = 0;
  for (int first = 0; first != 256; ++first) {
    for (int second = 0; second != 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
      legal += is_utf8({bytes, 2}) ? 1 : 0;
    }
  }
  CHECK(legal == 128 * 128 + (0x800 - 0x80));
}

TEST_CASE("a fault is found at every place of a text of every length") {
  for (std::size_t size = 0; size != 40; ++size) {
    const std::string good(size, 'a');
    CHECK(is_utf8(good));
    for (std::size_t place = 0; place != size; ++place) {
      std::string bad = good;
      bad[place] = '\xFF';
      REQUIRE_FALSE(is_utf8(bad));
      bad[place] = '\xC3';
      REQUIRE_FALSE(is_utf8(bad));
      std::string mixed = good;
      mixed.insert(place, "ö");
      REQUIRE(is_utf8(mixed));
    }
  }
}

TEST_CASE("a fault says why") {
  CHECK(attribute_name_fault("speed").empty());
  CHECK(attribute_name_fault("") == "it is empty");
  CHECK(attribute_name_fault(std::string(1025, 'x')) == "it is longer than 1024 bytes");
  CHECK(attribute_name_fault("a\0b"sv) == "it contains NUL");
  CHECK(attribute_name_fault("\xFF") == "it is not UTF-8");
  CHECK(attribute_name_fault("_x") == "names that begin with '_' are private and never travel");
  CHECK(namespace_name_fault("a//b") == "it has an empty segment");
  CHECK(namespace_name_fault(std::string(256, 'x')) == "it is longer than 255 bytes");
}

TEST_CASE("a name that is not allowed is rejected with its name and the reason") {
  check_attribute_name("speed");
  check_namespace_name("plant/robot");
  try {
    check_attribute_name("a\n\xFFö");
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == "a\n\xFFö");
    CHECK(std::string(error.what()) ==
          "'a\\x0a\\xffö' cannot be the name of a shared attribute: it is not UTF-8");
  }
  CHECK_THROWS_WITH(check_namespace_name("/a"),
                    "'/a' cannot be the name of a namespace: it has an empty segment");
}

TEST_CASE("a long name is cut in messages, between characters") {
  CHECK(bulletin::wire::quoted("speed") == "'speed'");
  CHECK(bulletin::wire::quoted("") == "''");
  const std::string message = bulletin::wire::quoted(std::string(2000, 'x'));
  CHECK(message.size() < 100);
  CHECK(message.ends_with("...'"));
  std::string umlauts;
  for (int i = 0; i != 100; ++i) umlauts += "ö";
  CHECK(is_utf8(bulletin::wire::quoted("x" + umlauts)));
}
