// The sizes that blocks come in.
#pragma once

#include <bit>
#include <cstddef>

namespace bulletin::replica {

/// Steps of 8 bytes from 16 to 128, then four for each doubling: at most a quarter is wasted.
struct SizeClass {
  std::size_t index = 0;
  std::size_t bytes = 0;
};

constexpr SizeClass size_class(std::size_t bytes) noexcept {
  constexpr std::size_t smallest = 16;  // a free block needs its second word for a link
  constexpr std::size_t fine = 128;
  constexpr std::size_t fine_classes = (fine - smallest) / 8 + 1;
  if (bytes <= smallest) return {0, smallest};
  if (bytes <= fine) {
    const std::size_t words = (bytes + 7) / 8;
    return {words - smallest / 8, words * 8};
  }
  const int doubling = static_cast<int>(std::bit_width(bytes - 1));  // at least 8
  const int step_bits = doubling - 3;
  const std::size_t step = (bytes - 1) >> step_bits;  // 4 to 7
  return {fine_classes + static_cast<std::size_t>(doubling - 8) * 4 + (step - 4), (step + 1)
                                                                                      << step_bits};
}

}  // namespace bulletin::replica
