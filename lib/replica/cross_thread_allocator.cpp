#include "replica/cross_thread_allocator.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace bulletin::replica {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 14;
constexpr std::size_t block_alignment = alignof(std::max_align_t);
/// Larger blocks come from the heap.
constexpr std::size_t largest_block = 512;
/// Stands for the blocks of a chunk that is still being cut: more than it can have.
constexpr std::uint32_t being_cut = 1u << 31;

/// The front of a chunk, whose address is a multiple of its size: so it is found from any block.
struct alignas(64) Chunk {
  std::atomic<std::uint32_t> blocks = being_cut;
};

/// As many blocks have come back.
void count_down(Chunk& chunk, std::uint32_t blocks) noexcept {
  if (chunk.blocks.fetch_sub(blocks, std::memory_order_acq_rel) == blocks) std::free(&chunk);
}

/// Cuts blocks for one thread.
class Cutter {
 public:
  constexpr Cutter() noexcept = default;
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;
  ~Cutter() { leave(); }

  void* cut(std::size_t bytes) {
    if (chunk_ == nullptr || used_ + bytes > chunk_bytes) begin();
    char* const block = reinterpret_cast<char*>(chunk_) + used_;
    used_ += bytes;
    ++blocks_;
    return block;
  }

 private:
  void begin() {
    void* const memory = std::aligned_alloc(chunk_bytes, chunk_bytes);
    if (memory == nullptr) throw std::bad_alloc();
    leave();
    chunk_ = new (memory) Chunk;
    used_ = sizeof(Chunk);
    blocks_ = 0;
  }

  void leave() noexcept {
    if (chunk_ != nullptr) count_down(*chunk_, being_cut - blocks_);
    chunk_ = nullptr;
  }

  Chunk* chunk_ = nullptr;
  std::size_t used_ = 0;
  std::uint32_t blocks_ = 0;
};

/// Of a thread, and whether it has gone: other objects of the thread may end later, and need
/// blocks.
thread_local bool cutter_has_gone = false;

struct CutterOfThread {
  constexpr CutterOfThread() noexcept = default;
  ~CutterOfThread() { cutter_has_gone = true; }
  Cutter cutter;
};

}  // namespace

void* take_cross_thread_block(std::size_t bytes) {
  if (bytes > largest_block) return ::operator new(bytes);
  const std::size_t whole = (bytes + block_alignment - 1) / block_alignment * block_alignment;
  if (cutter_has_gone) return Cutter().cut(whole);
  thread_local CutterOfThread of_thread;
  return of_thread.cutter.cut(whole);
}

void give_back_cross_thread_block(void* block, std::size_t bytes) noexcept {
  if (bytes > largest_block) return ::operator delete(block);
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  count_down(*reinterpret_cast<Chunk*>(address / chunk_bytes * chunk_bytes), 1);
}

}  // namespace bulletin::replica
