// Memory that is only ever reused as what it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bulletin::replica {

/// Hands out blocks of 8-byte words in size classes. A block that was released is handed out again only in its own class and is never given
/// back to the system while the pool lives: so a reader that still looks at a released block reads words, which is all that
/// it needs to find out, by the slot's state, that it has to look again. One pool holds one kind of thing.
///
/// Used by one thread at a time; the blocks' contents are read by any.
class BlockPool {
 public:
  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// At least `bytes`, aligned to 8; the contents are what they were.
  void* allocate(std::size_t bytes);
  void release(void* block, std::size_t bytes) noexcept;

  /// What the blocks in use and those waiting for reuse take from the system.
  [[nodiscard]] std::size_t footprint() const noexcept;

 private:
  // implementation's own
};

}  // namespace bulletin::replica
