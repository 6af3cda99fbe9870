// Reader::value: what may be the value of an attribute. Single faults are in
// tests/vectors/refused.json.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/random_value.hpp"
#include "wire/reader.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;
using namespace std::string_view_literals;

namespace {

bool accepted(std::string_view bytes) {
  try {
    Reader reader(bytes);
    reader.value("value");
    reader.finish("value");
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

bool decoded(std::string_view bytes) {
  try {
    (void)decode_value(bytes);
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

/// A map whose keys come in this order, each with a nil.
std::string map_of(const std::vector<std::string>& keys) {
  std::string bytes;
  Packer packer(bytes);
  packer.map(keys.size());
  for (const std::string& key : keys) packer.string(key).nil();
  return bytes;
}

std::vector<std::string> descending_keys(int count) {
  std::vector<std::string> keys;
  for (int i = count; i != 0; --i) keys.push_back(std::to_string(1'000'000 + i));
  return keys;
}

}  // namespace

TEST_CASE("the check and the decoder agree on random values and on damaged ones") {
  test::RandomValues values(20261122);
  for (int i = 0; i != 3000; ++i) {
    std::string bytes = encode_value(values.next());
    REQUIRE(accepted(bytes));
    REQUIRE(decoded(bytes));
    for (int damage = 0; damage != 4; ++damage) {
      bytes[values.below(bytes.size())] = static_cast<char>(values.below(256));
      REQUIRE(accepted(bytes) == decoded(bytes));
    }
  }
}

TEST_CASE("a value ends where its bytes end") {
  test::RandomValues values(7);
  for (int i = 0; i != 500; ++i) {
    const std::string bytes = encode_value(values.next());
    const std::string longer = bytes + "\xC1";
    Reader reader(longer);
    CHECK(reader.value("value") == bytes);
    CHECK(reader.rest() == "\xC1");
  }
}

TEST_CASE("every value cut short is refused") {
  test::RandomValues values(8);
  for (int i = 0; i != 200; ++i) {
    const std::string bytes = encode_value(values.next());
    for (std::size_t size = 0; size != bytes.size(); ++size) {
      REQUIRE_FALSE(accepted(std::string_view(bytes).substr(0, size)));
    }
  }
}

TEST_CASE("64 arrays inside each other are a value, 65 are none") {
  const std::string deepest(63, '\x91');
  CHECK(accepted(deepest + "\x90"));
  CHECK(decoded(deepest + "\x90"));
  CHECK_FALSE(accepted(deepest + "\x91\x90"));
  CHECK_FALSE(decoded(deepest + "\x91\x90"));
  CHECK(accepted(deepest + "\x92\x01\x02"));
}

TEST_CASE("keys may come in any order, but once each") {
  CHECK(accepted(map_of({"b", "a", "c", ""})));
  CHECK_FALSE(accepted(map_of({"b", "a", "b"})));
  CHECK_FALSE(accepted(map_of({"", ""})));
  CHECK_FALSE(accepted(map_of({"a", "a"})));
}

TEST_CASE("the same key in maps inside each other is no duplicate") {
  const std::string inner = map_of({"b", "a"});
  std::string outer;
  Packer packer(outer);
  packer.map(3).string("b").raw(inner).string("a").raw(inner).string("c").array(2).raw(inner).raw(
      inner);
  CHECK(accepted(outer));
  std::string twice;
  Packer(twice).map(3).string("b").raw(inner).string("a").raw(inner).string("b").nil();
  CHECK_FALSE(accepted(twice));
}

TEST_CASE("the same key in different encodings is the same key") {
  CHECK_FALSE(
      accepted("\x82\xA1"
               "a\x01\xD9\x01"
               "a\x02"sv));
  CHECK_FALSE(
      accepted("\x83\xA1"
               "b\x01\xA1"
               "a\x02\xDA\x00\x01"
               "b\x03"sv));
}

TEST_CASE("a large map in the worst order is checked in reasonable time") {
  std::vector<std::string> keys = descending_keys(100'000);
  const std::string good = map_of(keys);
  keys.back() = keys.front();
  const std::string bad = map_of(keys);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(accepted(good));
  CHECK_FALSE(accepted(bad));
  // Comparing each with each would take minutes.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("the keys of a value that is too large anyway are not looked at") {
  std::vector<std::string> keys = descending_keys(3'000);
  keys.back() = keys.front();
  const std::string bytes = map_of(keys);
  const auto refused = [&](std::size_t most) {
    Reader reader(bytes);
    reader.set_most_value_bytes(most);
    try {
      reader.value("value");
      return false;
    } catch (const DecodeError&) {
      return true;
    }
  };
  CHECK(refused(bytes.size()));
  CHECK_FALSE(refused(bytes.size() - 1));
}

TEST_CASE("a key that is there twice is found in maps of any size") {
  for (const int size : {2, 3, 8, 9, 33, 1'000, 5'000}) {
    std::vector<std::string> keys = descending_keys(size);
    CHECK(accepted(map_of(keys)));
    std::swap(keys[0], keys[1]);
    CHECK(accepted(map_of(keys)));
    keys[static_cast<std::size_t>((size - 1) / 2)] = keys.back();
    CHECK_FALSE(accepted(map_of(keys)));
  }
}

TEST_CASE("large maps inside each other in the worst order are checked too") {
  std::string inner = map_of(descending_keys(200));
  for (int depth = 0; depth != 20; ++depth) {
    std::string outer;
    Packer(outer)
        .map(3)
        .string("b")
        .raw(inner)
        .string("a")
        .raw(map_of(descending_keys(50)))
        .string("")
        .nil();
    inner = std::move(outer);
  }
  CHECK(accepted(inner));
  CHECK(decoded(inner));
}

TEST_CASE("unusual but valid forms are values") {
  for (const std::string_view bytes :
       {"\xCA\x3F\x80\x00\x00"sv, "\xD3\x00\x00\x00\x00\x00\x00\x00\x01"sv, "\xDC\x00\x00"sv,
        "\xDF\x00\x00\x00\x00"sv, "\xDB\x00\x00\x00\x01z"sv, "\xC6\x00\x00\x00\x00"sv}) {
    CHECK(accepted(bytes));
    CHECK(decoded(bytes));
  }
}
