#include "wire/digest.hpp"

#include <xxhash.h>

namespace bulletin::wire {

std::uint64_t name_hash(std::string_view name) noexcept {
  return XXH3_64bits(name.data(), name.size());
}

std::uint64_t attribute_digest(std::uint64_t name_hash, std::string_view value,
                               std::uint64_t revision) noexcept {
  return XXH3_64bits_withSeed(value.data(), value.size(), name_hash + revision);
}

}  // namespace bulletin::wire
