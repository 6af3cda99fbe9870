#include "wire/table_hash.hpp"

#include <xxhash.h>

namespace bulletin::wire {

std::uint64_t table_hash(std::string_view text, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace bulletin::wire
