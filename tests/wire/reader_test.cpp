#include "wire/reader.hpp"

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/limits.hpp"

using namespace bulletin::wire;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("what a later version adds is passed over as far as it is not too much") {
  const auto passes = [](const std::string& bytes, std::size_t count) {
    Reader reader(bytes);
    try {
      reader.skip_further(count, "message");
      return reader.empty();
    } catch (const OverLimit&) {
      return false;
    }
  };
  CHECK(passes(std::string(further_objects, '\xC0'), further_objects));
  CHECK_FALSE(passes(std::string(further_objects + 1, '\xC0'), further_objects + 1));
  // With all that is inside, and from wherever in a message.
  CHECK_FALSE(passes("\xDD\x00\x01\x00\x00"s + std::string(65'536, '\xC0'), 1));
  CHECK(passes("\xDC\xFF\xFF"s + std::string(65'535, '\xC0'), 1));
  const std::string nils(further_objects + 1, '\xC0');
  Reader reader(nils);
  reader.skip_further(further_objects - 1, "one");
  reader.skip_further(1, "another");
  CHECK_THROWS_AS(reader.skip_further(1, "a third"), OverLimit);
}

TEST_CASE("integers are read from every form") {
  Reader reader(
      "\x05\xCC\xFF\xCD\x01\x00\xCE\x00\x01\x00\x00\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\xD0\x05\xD1\x01\x00\xD2\x00\x01\x00\x00\xD3\x00\x00\x00\x01\x00\x00\x00\x00"sv);
  CHECK(reader.unsigned_integer("") == 5);
  CHECK(reader.unsigned_integer("") == 255);
  CHECK(reader.unsigned_integer("") == 256);
  CHECK(reader.unsigned_integer("") == 65536);
  CHECK(reader.unsigned_integer("") == UINT64_MAX);
  CHECK(reader.unsigned_integer("") == 5);
  CHECK(reader.unsigned_integer("") == 256);
  CHECK(reader.unsigned_integer("") == 65536);
  CHECK(reader.unsigned_integer("") == std::uint64_t{1} << 32);
  CHECK(reader.empty());
}

TEST_CASE("what is below zero, cut short or no integer is refused") {
  for (const std::string& bytes :
       {"\xFF"s, "\xE0"s, "\xD0\x80"s, "\xD1\xFF\x00"s, "\xD3\x80\0\0\0\0\0\0\0"s, ""s, "\xCC"s,
        "\xCF\0\0\0\0\0\0\0"s, "\xC0"s, "\xC2"s,
        "\xA1"
        "a"s,
        "\x90"s, "\xCB\0\0\0\0\0\0\0\0"s}) {
    Reader reader(bytes);
    CHECK_THROWS_AS(reader.unsigned_integer(""), DecodeError);
    CHECK(reader.position() == 0);
  }
}

TEST_CASE("an array's count is bounded by the bytes that are there") {
  CHECK(Reader("\x92\x01\x02"sv).array("") == 2);
  CHECK(Reader("\xDC\x00\x01\xC0"sv).array("") == 1);
  CHECK(Reader("\x90"sv).array("") == 0);
  CHECK_THROWS_AS(Reader("\x92\x01"sv).array(""), DecodeError);
  CHECK_THROWS_AS(Reader("\xDD\xFF\xFF\xFF\xFF"sv).array(""), DecodeError);
  CHECK_THROWS_AS(Reader("\xDC\x00"sv).array(""), DecodeError);
  CHECK_THROWS_AS(Reader("\x80"sv).array(""), DecodeError);
  CHECK_THROWS_AS(Reader(""sv).array(""), DecodeError);
  CHECK_THROWS_AS(Reader("\x91\x01"sv).array_of(2, ""), DecodeError);
}

TEST_CASE("strings are checked to be UTF-8, binary is not") {
  CHECK(Reader("\xA2\xC3\xB6"sv).string("") == "ö");
  CHECK(Reader("\xD9\x01z"sv).string("") == "z");
  CHECK(Reader("\xC4\x02\xC3\x00"sv).binary("") == "\xC3\x00"sv);
  CHECK_THROWS_AS(Reader("\xA1\xC3"sv).string(""), DecodeError);
  CHECK_THROWS_AS(Reader("\xC4\x01z"sv).string(""), DecodeError);
  CHECK_THROWS_AS(Reader("\xA1z"sv).binary(""), DecodeError);
  CHECK_THROWS_AS(Reader("\xA2z"sv).string(""), DecodeError);
}

TEST_CASE("booleans and nil are only themselves") {
  CHECK(Reader("\xC3"sv).boolean(""));
  CHECK_FALSE(Reader("\xC2"sv).boolean(""));
  CHECK_THROWS_AS(Reader("\x01"sv).boolean(""), DecodeError);
  CHECK_THROWS_AS(Reader(""sv).boolean(""), DecodeError);
  Reader reader("\xC0\xC2"sv);
  CHECK(reader.next_is_nil());
  reader.nil("");
  CHECK_FALSE(reader.next_is_nil());
  CHECK_THROWS_AS(reader.nil(""), DecodeError);
}

TEST_CASE("skip passes over one object of any kind and depth") {
  const std::string deep(100'000, '\x91');
  for (const std::string& object :
       {"\x01"s,
        "\xA3"
        "abc"s,
        "\x92\x01\x82\x01\x02\x03\x90"s, "\xD4\x01\x02"s, "\xC7\x02\x01zz"s,
        "\x81\x01\xC1"s.substr(0, 2) + "\x05", deep + "\x90"}) {
    const std::string bytes = object + "\x2A";
    Reader reader(bytes);
    reader.skip("");
    CHECK(reader.position() == object.size());
    CHECK(reader.unsigned_integer("") == 42);
  }
}

TEST_CASE("skip refuses what is not whole") {
  for (const std::string& bytes : {""s, "\x92\x01"s, "\xC1"s, "\x91\xC1"s, "\xA2z"s, "\xD8\x01"s,
                                   "\xDF\xFF\xFF\xFF\xFF"s, "\xC9\xFF\xFF\xFF\xFF\x01"s}) {
    Reader reader(bytes);
    CHECK_THROWS_AS(reader.skip(""), DecodeError);
  }
}

TEST_CASE("an error says what was wanted, what was found and where") {
  Reader reader("\x01\xA1z"sv);
  CHECK(reader.unsigned_integer("lane") == 1);
  CHECK_THROWS_WITH(reader.unsigned_integer("number"),
                    "number: wanted an unsigned integer, found a string at byte 1");
  CHECK_THROWS_WITH(reader.finish("write"), "write: wanted the end, found a string at byte 1");
  CHECK_THROWS_WITH(Reader("\xA1z"sv).boolean("more"),
                    "more: wanted a boolean, found a string at byte 0");
}
