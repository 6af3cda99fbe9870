// Text as the words that it is compared by.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "replica/words.hpp"

namespace bulletin::replica {

inline Word whole_word(const char* from) noexcept {
  Word word = 0;
  std::memcpy(&word, from, sizeof(Word));
  return word;
}

/// Copies fewer than 8 bytes without a call.
inline void copy_tail(char* to, const char* from, std::size_t bytes) noexcept {
  for (const std::size_t part : {4U, 2U, 1U}) {
    if ((bytes & part) == 0) continue;
    std::memcpy(to, from, part);
    to += part;
    from += part;
  }
}

/// The bytes behind the last whole word of a text, filled up with zeros.
inline Word last_word(std::string_view text) noexcept {
  const std::size_t left = text.size() % sizeof(Word);
  if (left == 0) return 0;
  if constexpr (std::endian::native == std::endian::little) {
    if (text.size() > sizeof(Word)) {
      const char* end = text.data() + text.size();
      return whole_word(end - sizeof(Word)) >> (sizeof(Word) - left) * 8;
    }
  }
  Word word = 0;
  copy_tail(reinterpret_cast<char*>(&word), text.data() + text.size() - left, left);
  return word;
}

}  // namespace bulletin::replica
