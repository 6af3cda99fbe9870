// A slot and the name of its attribute, in one block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bulletin/detail/slot.hpp>

#include "replica/text_words.hpp"
#include "replica/words.hpp"

namespace bulletin::replica {

/// Lives in a block of a pool of its own, whose zeros are an absent slot without a name. It is
/// never constructed again when the block is reused: the slot's state must go on from where it was,
/// so that a reader that still looks notices.
class NamedSlot : public detail::Slot {
 public:
  NamedSlot() = delete;

  /// What a slot of this name needs.
  [[nodiscard]] static constexpr std::size_t needs(std::size_t name_bytes) noexcept {
    return 48 + (name_bytes + 7) / 8 * 8;
  }

  // --- any thread ---

  /// The state in which the name may not be looked at. Everything else promises nothing by itself:
  /// the answers hold if the slot's state was the same before and after.
  static constexpr auto renaming = static_cast<detail::Kind>(0xFF);

  [[nodiscard]] bool is_named(std::string_view name) const noexcept {
    if (length_.load(std::memory_order_acquire) != name.size()) return false;
    const Word* own = words();
    const char* other = name.data();
    const char* whole = other + name.size() / sizeof(Word) * sizeof(Word);
    for (; other != whole; other += sizeof(Word), ++own) {
      if (load_word(*own) != whole_word(other)) return false;
    }
    return name.size() % sizeof(Word) == 0 || load_word(*own) == last_word(name);
  }
  void unpin() noexcept { pins_.fetch_sub(1, std::memory_order_release); }

  // --- the writer ---

  void rename(std::string_view name) noexcept;
  [[nodiscard]] std::string_view name() const noexcept {
    return {reinterpret_cast<const char*>(words()), length_.load(std::memory_order_relaxed)};
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return needs(name().size()); }
  void pin() noexcept { pins_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] bool pinned() const noexcept { return pins_.load(std::memory_order_acquire) != 0; }

 private:
  [[nodiscard]] const Word* words() const noexcept {
    return reinterpret_cast<const Word*>(this + 1);
  }
  [[nodiscard]] Word* words() noexcept { return reinterpret_cast<Word*>(this + 1); }

  std::atomic<std::uint32_t> pins_;
  std::atomic<std::uint32_t> length_;
  // Here the name's words begin, the last one filled up with zeros.
};

static_assert(sizeof(NamedSlot) == NamedSlot::needs(0));

}  // namespace bulletin::replica
