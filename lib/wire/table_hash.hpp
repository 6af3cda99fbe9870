// The hash of tables whose keys others choose. It is never sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bulletin::wire {

/// XXH3 (64 bits) with a seed, which each process draws at random and keeps to itself: without it,
/// others could choose names that all have the same place in a table. The seed goes into the hash
/// itself; names whose hashes are equal without a seed can be made in any number.
std::uint64_t table_hash(std::string_view text, std::uint64_t seed) noexcept;

/// The same for the tables of libraries, in which views are looked up.
struct TableHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const noexcept { return table_hash(text, seed); }

  std::uint64_t seed = 0;
};

}  // namespace bulletin::wire
