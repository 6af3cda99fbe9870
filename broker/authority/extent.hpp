// How much there is: of a namespace, or of all of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bulletin::authority {

/// About what an attribute takes beside its name and value.
inline constexpr std::size_t attribute_overhead = 48;

struct Extent {
  std::uint64_t attributes = 0;
  std::uint64_t bytes = 0;  ///< of names and values, and the overhead of each attribute

  void add(std::size_t name_bytes, std::size_t value_bytes) noexcept {
    ++attributes;
    bytes += name_bytes + value_bytes + attribute_overhead;
  }
  void subtract(std::size_t name_bytes, std::size_t value_bytes) noexcept {
    --attributes;
    bytes -= name_bytes + value_bytes + attribute_overhead;
  }

  friend bool operator==(const Extent&, const Extent&) = default;
};

}  // namespace bulletin::authority
