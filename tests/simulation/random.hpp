// Chance, the same in every run of a seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bulletin::simulation {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators"): standard
/// distributions differ between libraries, this does not.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed * 0x9E3779B97F4A7C15 + 1) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  /// From 0 to `bound` - 1.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
  /// Both ends included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
    return low + below(high - low + 1);
  }
  bool per_mille(std::uint64_t chance) noexcept { return chance != 0 && below(1000) < chance; }
  bool one_in(std::uint64_t count) noexcept { return below(count) == 0; }

  template <class Container>
  auto& pick(Container& from) noexcept {
    return from[static_cast<std::size_t>(below(std::size(from)))];
  }

  std::array<std::uint8_t, 16> bytes() noexcept {
    std::array<std::uint8_t, 16> result;
    for (std::uint8_t& byte : result) byte = static_cast<std::uint8_t>(next() >> 32);
    return result;
  }

 private:
  std::uint64_t state_;
};

}  // namespace bulletin::simulation
