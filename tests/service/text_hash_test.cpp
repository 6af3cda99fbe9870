#include "service/text_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/colliding_names.hpp"

using namespace bulletin;

namespace {

constexpr std::uint64_t multiplier = 0xC6A4A7935BD1E995;
constexpr std::uint64_t inverse = [] {
  std::uint64_t x = multiplier;
  for (int i = 0; i != 6; ++i) x *= 2 - multiplier * x;
  return x;
}();
static_assert(multiplier * inverse == 1);

std::uint64_t mixed(std::uint64_t x) { return x ^ x >> 47; }  // its own inverse

/// A text of 16 bytes with the same std::hash as for every other `number`, in libstdc++: its second
/// half undoes what the first one did to Murmur's state.
std::string text_of_one_hash(std::uint64_t number) {
  const std::uint64_t begin = 0xC70F6907 ^ 16 * multiplier;
  const std::uint64_t behind_first = (begin ^ mixed(number * multiplier) * multiplier) * multiplier;
  const std::uint64_t second = mixed(behind_first * inverse) * inverse;
  std::string text(16, '\0');
  std::memcpy(text.data(), &number, sizeof number);
  std::memcpy(text.data() + 8, &second, sizeof second);
  return text;
}

}  // namespace

TEST_CASE("Texts that all have one hash in the standard library have different ones here") {
  const service::HashOfText hash(7);
  std::set<std::size_t> standard;
  std::set<std::size_t> hashes;
  for (std::uint64_t i = 0; i != 1'000; ++i) {
    const std::string text = text_of_one_hash(i);
    standard.insert(std::hash<std::string_view>()(text));
    hashes.insert(hash(text));
  }
  CHECK(standard.size() == 1);
  CHECK(hashes.size() == 1'000);
}

TEST_CASE("Texts whose hash without a seed has equal bits have different ones") {
  const service::HashOfText hash(7);
  std::set<std::size_t> positions;
  for (const std::string& text : test::colliding_names(0)) positions.insert(hash(text) % 2'048);
  CHECK(positions.size() > 600);
}
