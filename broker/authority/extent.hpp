// How much there is: of a namespace, or of all of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bulletin::authority {

// What things take in memory beside their names and values, about, and rather too much: a test
// compares it with what the heap says.
inline constexpr std::size_t attribute_overhead = 64;
/// More, for a time to live or a session.
inline constexpr std::size_t lease_overhead = 160;
inline constexpr std::size_t namespace_overhead = 448;

struct Extent {
  std::uint64_t attributes = 0;
  std::uint64_t bytes = 0;  ///< of names and values, and the overhead of each attribute

  void add(std::size_t name_bytes, std::size_t value_bytes, bool leased) noexcept {
    ++attributes;
    bytes += bytes_of(name_bytes, value_bytes, leased);
  }
  void subtract(std::size_t name_bytes, std::size_t value_bytes, bool leased) noexcept {
    --attributes;
    bytes -= bytes_of(name_bytes, value_bytes, leased);
  }

  static std::size_t bytes_of(std::size_t name_bytes, std::size_t value_bytes,
                              bool leased) noexcept {
    return name_bytes + value_bytes + attribute_overhead + (leased ? lease_overhead : 0);
  }

  friend bool operator==(const Extent&, const Extent&) = default;
};

}  // namespace bulletin::authority
