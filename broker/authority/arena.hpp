// Memory for millions of small blocks, named by 32 bits instead of 64.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bulletin::authority {

/// Names a block of an arena; 0: none.
using Handle = std::uint32_t;

/// Blocks of 8 to `largest` bytes in chunks that never move. Released blocks that touch become one,
/// are given out again in parts of any size, and a chunk without blocks goes: so memory follows
/// what there is, whatever sizes there have been. It holds at most 32 GiB and throws std::bad_alloc
/// past that.
class Arena {
 public:
  static constexpr std::size_t unit = 8;
  static constexpr std::size_t largest = 2048;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  [[nodiscard]] static constexpr std::size_t rounded(std::size_t bytes) noexcept {
    return (bytes + unit - 1) / unit * unit;
  }

  Handle allocate(std::size_t bytes);
  /// `bytes` as it was for `allocate`; or the end of a block, at a multiple of the unit.
  void release(Handle handle, std::size_t bytes) noexcept;

  [[nodiscard]] char* at(Handle handle) const noexcept {
    return chunks_[handle >> chunk_bits].get() + (handle & (chunk_units - 1)) * unit;
  }

 private:
  static constexpr unsigned chunk_bits = 13;  // chunks of 64 KiB
  static constexpr Handle chunk_units = 1u << chunk_bits;
  static constexpr std::size_t sizes = largest / unit;
  static constexpr std::size_t larger = sizes + 1;  // the list of all free blocks above `largest`

  struct Use {
    std::bitset<chunk_units> edges;  // first and last units of free blocks
    std::uint32_t units = 0;         // given out
  };
  /// Free and in no list: blocks are cut from its front.
  struct Region {
    Handle begin = 0;
    Handle end = 0;
  };

  Use& use_of(Handle handle) noexcept { return uses_[handle >> chunk_bits]; }
  bool is_edge(Handle handle) noexcept { return use_of(handle).edges[handle & (chunk_units - 1)]; }
  void mark(Handle handle, std::uint32_t units, bool free) noexcept;
  void enter(Handle handle, std::uint32_t units) noexcept;
  std::uint32_t remove(Handle handle) noexcept;
  Handle take(std::size_t list) noexcept;
  [[nodiscard]] std::size_t list_from(std::size_t units) const noexcept;
  Handle cut(std::uint32_t units);
  void find_region();
  Region new_chunk();
  void drop_chunk(std::uint32_t chunk) noexcept;

  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<Use> uses_;
  std::vector<std::uint32_t> dropped_;  // chunks that have no memory now
  Region region_;
  std::array<Handle, larger + 1> free_{};              // lists of free blocks, by their units
  std::array<std::uint64_t, larger / 64 + 1> some_{};  // a bit for each list that is not empty
};

}  // namespace bulletin::authority
