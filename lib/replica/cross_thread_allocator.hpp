// Memory that one thread takes and another gives back.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <string>

namespace bulletin::replica {

/// Small blocks, cut one after the other from a chunk of the thread that asks. Whoever gives back
/// the last block of a chunk that is used up frees the chunk; so to give a block back is to count,
/// in any thread. malloc would do, too, but it has to carry each block home to the thread that it
/// came from: for the promises of `set_async`, that was a fifth of all the work.
///
/// One block that stays keeps its chunk, of 16 KiB. Any thread; also while a thread ends.
void* take_cross_thread_block(std::size_t bytes);
void give_back_cross_thread_block(void* block, std::size_t bytes) noexcept;

/// The same as an allocator of the standard library: for what is made in one thread, a piece at a
/// time, and ends in another.
template <class T>
struct CrossThreadAllocator {
  using value_type = T;

  static_assert(alignof(T) <= alignof(std::max_align_t));

  CrossThreadAllocator() = default;
  template <class U>
  CrossThreadAllocator(const CrossThreadAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(take_cross_thread_block(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) noexcept {
    give_back_cross_thread_block(block, count * sizeof(T));
  }

  friend bool operator==(const CrossThreadAllocator&, const CrossThreadAllocator&) = default;
};

/// Bytes that one thread writes and another lets go.
using CrossThreadString =
    std::basic_string<char, std::char_traits<char>, CrossThreadAllocator<char>>;

}  // namespace bulletin::replica
