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

/// What a thread cuts its blocks from. It has no destructor, so that to find it costs nothing.
struct Cutting {
  Chunk* chunk = nullptr;
  std::size_t used = chunk_bytes;  // of the chunk
  std::uint32_t blocks = 0;
  bool thread_has_gone = false;  // other objects of the thread may end later, and need blocks
};

constinit thread_local Cutting of_thread;

void leave_chunk(Cutting& cutting) noexcept {
  if (cutting.chunk != nullptr) count_down(*cutting.chunk, being_cut - cutting.blocks);
  cutting.chunk = nullptr;
  cutting.used = chunk_bytes;
}

/// What gives the chunk back instead: made by a thread with its first chunk.
struct EndOfThread {
  ~EndOfThread() {
    leave_chunk(of_thread);
    of_thread.thread_has_gone = true;
  }
};

Chunk* make_chunk() {
  void* const memory = std::aligned_alloc(chunk_bytes, chunk_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) Chunk;
}

void* cut(Cutting& cutting, std::size_t bytes) noexcept {
  char* const block = reinterpret_cast<char*>(cutting.chunk) + cutting.used;
  cutting.used += bytes;
  ++cutting.blocks;
  return block;
}

/// The first of a chunk.
[[gnu::noinline]] void* cut_anew(Cutting& cutting, std::size_t bytes) {
  if (!cutting.thread_has_gone) {
    [[maybe_unused]] thread_local const EndOfThread end_of_thread;
  }
  Chunk* const chunk = make_chunk();
  leave_chunk(cutting);
  cutting = {chunk, sizeof(Chunk), 0, cutting.thread_has_gone};
  void* const block = cut(cutting, bytes);
  if (cutting.thread_has_gone) leave_chunk(cutting);
  return block;
}

}  // namespace

void* take_cross_thread_block(std::size_t bytes) {
  if (bytes > largest_block) return ::operator new(bytes);
  const std::size_t whole = (bytes + block_alignment - 1) / block_alignment * block_alignment;
  Cutting& cutting = of_thread;
  if (cutting.used + whole > chunk_bytes) return cut_anew(cutting, whole);
  return cut(cutting, whole);
}

void give_back_cross_thread_block(void* block, std::size_t bytes) noexcept {
  if (bytes > largest_block) return ::operator delete(block);
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  count_down(*reinterpret_cast<Chunk*>(address / chunk_bytes * chunk_bytes), 1);
}

}  // namespace bulletin::replica
