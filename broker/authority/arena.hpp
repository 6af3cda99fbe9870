// Memory for millions of small blocks, named by 32 bits instead of 64.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bulletin::authority {

/// Names a block of an arena; 0: none.
using Handle = std::uint32_t;

/// Blocks of 8 to `largest` bytes in chunks that never move. A released block is given out again
/// for the same size, rounded up to 8; chunks are kept until the end. It holds at most 32 GiB and
/// throws std::bad_alloc past that.
class Arena {
 public:
  static constexpr std::size_t unit = 8;
  static constexpr std::size_t largest = 2048;

  [[nodiscard]] static constexpr std::size_t rounded(std::size_t bytes) noexcept {
    return (bytes + unit - 1) / unit * unit;
  }

  Handle allocate(std::size_t bytes);
  /// `bytes` as it was for `allocate`.
  void release(Handle handle, std::size_t bytes) noexcept;

  [[nodiscard]] char* at(Handle handle) const noexcept {
    return chunks_[handle >> chunk_bits].get() + (handle & (chunk_units - 1)) * unit;
  }

 private:
  static constexpr unsigned chunk_bits = 13;  // chunks of 64 KiB
  static constexpr Handle chunk_units = 1u << chunk_bits;

  Handle bump(std::size_t units);

  std::vector<std::unique_ptr<char[]>> chunks_;
  Handle next_ =
      0;  // the first unit never given out; at the start of a chunk not made yet: none left
  std::array<Handle, largest / unit + 1> free_{};  // lists, linked through the blocks' first bytes
};

}  // namespace bulletin::authority
