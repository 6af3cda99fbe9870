// Memory that one thread writes while others read it is only ever touched as atomic words.
#pragma once

#include <atomic>
#include <cstdint>

namespace bulletin::replica {

using Word = std::uint64_t;

inline Word load_word(const Word& word) noexcept {
  return std::atomic_ref(const_cast<Word&>(word)).load(std::memory_order_acquire);
}

inline void store_word(Word& word, Word value) noexcept {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

static_assert(std::atomic_ref<Word>::is_always_lock_free);
static_assert(std::atomic_ref<Word>::required_alignment == alignof(Word));

}  // namespace bulletin::replica
