// The checksum that tells two copies of a namespace apart.
#pragma once

#include <cstdint>
#include <string_view>

namespace bulletin::wire {

/// XXH3 (64 bits, seed 0) of a name. Tables have a hash of their own: wire/table_hash.hpp.
std::uint64_t name_hash(std::string_view name) noexcept;

/// One attribute's part: XXH3_64bits(value bytes, seed = name_hash(name) + revision). The digest of
/// a namespace is the sum over its attributes modulo 2^64, so it can be kept up to date by adding
/// and subtracting. Algorithm: https://github.com/Cyan4973/xxHash (doc/xxhash_spec.md).
std::uint64_t attribute_digest(std::uint64_t name_hash, std::string_view value,
                               std::uint64_t revision) noexcept;

}  // namespace bulletin::wire
