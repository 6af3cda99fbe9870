#include "wire/packer.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <bulletin/msgpack.hpp>

#include "support/catch.hpp"

using namespace bulletin::wire;

namespace {

/// Numbers on both sides of every power of two.
std::vector<std::uint64_t> edges() {
  std::vector<std::uint64_t> all{0, std::numeric_limits<std::uint64_t>::max()};
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    all.insert(all.end(), {power - 1, power, power + 1});
  }
  return all;
}

template <class Pack>
std::string packed(Pack pack) {
  std::string out;
  Packer packer(out);
  pack(packer);
  return out;
}

/// What the MessagePack library makes of the same.
template <class Pack>
std::string packed_by_library(Pack pack) {
  std::string out;
  StringBuffer buffer(out);
  msgpack::packer<StringBuffer> packer(buffer);
  pack(packer);
  return out;
}

}  // namespace

TEST_CASE("a packer writes integers as the MessagePack library does") {
  for (const std::uint64_t number : edges()) {
    CAPTURE(number);
    CHECK(packed([&](Packer& packer) { packer.integer(number); }) ==
          packed_by_library([&](auto& packer) { packer.pack_uint64(number); }));
    for (const std::uint64_t bits : {number, -number}) {
      const auto integer = static_cast<std::int64_t>(bits);
      CHECK(packed([&](Packer& packer) { packer.signed_integer(integer); }) ==
            packed_by_library([&](auto& packer) { packer.pack_int64(integer); }));
    }
  }
}

TEST_CASE("a packer writes sizes as the MessagePack library does") {
  for (const std::uint64_t number : edges()) {
    if (number > std::numeric_limits<std::uint32_t>::max()) continue;
    const auto size = static_cast<std::uint32_t>(number);
    CAPTURE(size);
    CHECK(packed([&](Packer& packer) { packer.array(size); }) ==
          packed_by_library([&](auto& packer) { packer.pack_array(size); }));
    CHECK(packed([&](Packer& packer) { packer.map(size); }) ==
          packed_by_library([&](auto& packer) { packer.pack_map(size); }));
    CHECK(packed([&](Packer& packer) { packer.string_head(size); }) ==
          packed_by_library([&](auto& packer) { packer.pack_str(size); }));
    CHECK(packed([&](Packer& packer) { packer.binary_head(size); }) ==
          packed_by_library([&](auto& packer) { packer.pack_bin(size); }));
  }
}

TEST_CASE(
    "a packer writes nil and booleans as the MessagePack library does and reals always in 64 "
    "bits") {
  CHECK(packed([](Packer& packer) { packer.nil().boolean(true).boolean(false); }) ==
        packed_by_library([](auto& packer) { packer.pack_nil().pack_true().pack_false(); }));
  CHECK(packed([](Packer& packer) { packer.real(1.0); }) ==
        std::string("\xCB\x3F\xF0\0\0\0\0\0\0", 9));
  CHECK(packed([](Packer& packer) { packer.real(-0.0); }) ==
        std::string("\xCB\x80\0\0\0\0\0\0\0", 9));
}
