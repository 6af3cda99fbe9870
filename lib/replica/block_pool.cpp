#include "replica/block_pool.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "replica/mapping.hpp"
#include "replica/size_class.hpp"

namespace bulletin::replica {

namespace {

constexpr std::size_t first_chunk = 512;
constexpr std::size_t largest_chunk = std::size_t{2} << 20;
/// Free blocks that are mappings keep so many pages between them: a value that is set again and
/// again does not fault them in each time.
constexpr std::size_t warm_bound = std::size_t{2} << 20;
/// Marks, in the link of such a block, that its pages were given back.
constexpr Word cold = 1;

}  // namespace

BlockPool::BlockPool() noexcept : next_chunk_bytes_(first_chunk) {}

BlockPool::~BlockPool() {
  for (const Chunk& chunk : chunks_) give_memory(chunk.memory, chunk.bytes);
}

void* BlockPool::allocate(std::size_t bytes) {
  const SizeClass size = size_class(bytes);
  if (size.index >= free_.size()) free_.resize(size.index + 1);
  Word*& first = free_[size.index];
  if (first == nullptr) {
    footprint_ += size.bytes;
    return size.bytes < least_mapping ? carve(size.bytes) : add_chunk(size.bytes);
  }
  Word* block = first;
  const Word link = load_word(block[1]);
  first = reinterpret_cast<Word*>(static_cast<std::uintptr_t>(link & ~cold));
  if (size.bytes >= least_mapping) warm_up(size.bytes, (link & cold) != 0);
  return block;
}

void BlockPool::release(void* block, std::size_t bytes) noexcept {
  const SizeClass size = size_class(bytes);
  Word*& first = free_[size.index];
  Word* words = static_cast<Word*>(block);
  Word link = reinterpret_cast<std::uintptr_t>(first);
  if (size.bytes >= least_mapping && !keep_warm(block, size.bytes)) link |= cold;
  store_word(words[1], link);
  first = words;
}

void* BlockPool::carve(std::size_t bytes) {
  if (rest_bytes_ < bytes) {
    const std::size_t chunk_bytes = std::max(next_chunk_bytes_, std::bit_ceil(bytes));
    rest_ = static_cast<char*>(add_chunk(chunk_bytes));
    rest_bytes_ = chunk_bytes;
    next_chunk_bytes_ = std::min(chunk_bytes * 2, largest_chunk);
  }
  void* block = rest_;
  rest_ += bytes;
  rest_bytes_ -= bytes;
  return block;
}

void* BlockPool::add_chunk(std::size_t bytes) {
  chunks_.reserve(chunks_.size() + 1);
  void* memory = take_memory(bytes);
  chunks_.push_back({memory, bytes});
  return memory;
}

void BlockPool::warm_up(std::size_t bytes, bool was_cold) noexcept {
  if (was_cold) {
    footprint_ += bytes;
  } else {
    warm_bytes_ -= bytes;
  }
}

bool BlockPool::keep_warm(void* block, std::size_t bytes) noexcept {
  if (warm_bytes_ + bytes <= warm_bound) {
    warm_bytes_ += bytes;
    return true;
  }
  // The first page keeps the link.
  constexpr std::size_t head = 2 * sizeof(Word);
  discard_memory(static_cast<char*>(block) + head, bytes - head);
  footprint_ -= bytes;
  return false;
}

}  // namespace bulletin::replica
