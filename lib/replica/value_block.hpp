// The bytes of one value in a block: their number in the first four bytes, then they themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "replica/words.hpp"

namespace bulletin::replica {

/// A view of a block; see BlockPool. Four bytes of length are enough: no message is that long.
class ValueBlock {
 public:
  explicit ValueBlock(void* block) noexcept : words_(static_cast<Word*>(block)) {}
  explicit ValueBlock(std::uint64_t address) noexcept
      : words_(reinterpret_cast<Word*>(static_cast<std::uintptr_t>(address))) {}

  /// What a value of so many bytes needs.
  [[nodiscard]] static constexpr std::size_t needs(std::size_t value_bytes) noexcept {
    return header + value_bytes;
  }
  [[nodiscard]] std::uint64_t address() const noexcept {
    return reinterpret_cast<std::uintptr_t>(words_);
  }
  [[nodiscard]] void* memory() const noexcept { return words_; }

  // --- any thread ---

  /// The number of bytes, perhaps of a newer value that took the block over: it fits the block in
  /// any case.
  [[nodiscard]] std::size_t size() const noexcept { return length_in(load_word(words_[0])); }
  /// Copies so many bytes out, torn if the block is taken over meanwhile.
  void copy(char* to, std::size_t size) const noexcept;

  // --- the writer ---

  void fill(std::string_view value) noexcept;
  /// Valid until the block is filled again.
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(words_) + header, size()};
  }

 private:
  static constexpr std::size_t header = 4;

  static std::size_t length_in(Word first) noexcept {
    std::uint32_t length = 0;
    std::memcpy(&length, &first, header);
    return length;
  }

  Word* words_;
};

}  // namespace bulletin::replica
