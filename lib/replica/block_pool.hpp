// Memory that is only ever reused as what it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "replica/words.hpp"

namespace bulletin::replica {

/// Hands out blocks of 8-byte words in size classes. A block that was released is handed out again
/// only in its own class and its addresses are never given back to the system while the pool lives:
/// so a reader that still looks at a released block reads words, which is all that it needs to find
/// out, by the slot's state, that it has to look again. One pool holds one kind of thing.
///
/// The second word of a released block links it to the next free one; nothing else in it changes,
/// except that a large one may give its pages back and then reads as zeros.
///
/// Used by one thread at a time; the blocks' contents are read by any.
class BlockPool {
 public:
  BlockPool() noexcept;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// At least `bytes`, aligned to 8; the contents are what they were, at first zeros. Blocks of 64
  /// bytes are aligned to 64 as long as no others were asked for.
  void* allocate(std::size_t bytes);
  void release(void* block, std::size_t bytes) noexcept;

  /// What the blocks in use and those waiting for reuse take from the system.
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

 private:
  struct Chunk {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  void* carve(std::size_t bytes);
  void* add_chunk(std::size_t bytes);
  void warm_up(std::size_t bytes, bool was_cold) noexcept;
  bool keep_warm(void* block, std::size_t bytes) noexcept;

  std::vector<Word*> free_;  // by class: the block released last, linked to those before it
  std::vector<Chunk> chunks_;
  char* rest_ = nullptr;  // of the newest chunk that blocks are carved from
  std::size_t rest_bytes_ = 0;
  std::size_t next_chunk_bytes_;
  std::size_t footprint_ = 0;
  std::size_t warm_bytes_ = 0;  // of large blocks that are free and kept their pages
};

}  // namespace bulletin::replica
