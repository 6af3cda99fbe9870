#include "wire/digest.hpp"

#include <string>

#include "support/catch.hpp"

using namespace bulletin::wire;

TEST_CASE("the digest of an attribute depends on its name, its bytes and its revision") {
  const std::uint64_t digest = attribute_digest(name_hash("speed"), "\x01", 7);
  CHECK(digest == attribute_digest(name_hash("speed"), "\x01", 7));
  CHECK(digest != attribute_digest(name_hash("Speed"), "\x01", 7));
  CHECK(digest != attribute_digest(name_hash("speed"), "\x02", 7));
  CHECK(digest != attribute_digest(name_hash("speed"), "\x01", 8));
}

TEST_CASE("two attributes that swap their values change the sum") {
  const auto sum = [](const char* first, const char* second) {
    return attribute_digest(name_hash("a"), first, 1) + attribute_digest(name_hash("b"), second, 1);
  };
  CHECK(sum("\x01", "\x02") != sum("\x02", "\x01"));
}
