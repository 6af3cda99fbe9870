// Hashes -> slots, for readers that wait for nobody.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "replica/named_slot.hpp"
#include "replica/words.hpp"
#include "wire/table_hash.hpp"

namespace bulletin::replica {

/// Open addressing with linear probing over 8-byte entries: a slot's address and, in the bits that
/// addresses do not use, a part of the hash. It grows by filling a larger array and turning readers
/// over to it; arrays that were left stay readable, give their pages back and are used again for
/// the same size.
class SlotDirectory {
 public:
  /// `seed`: of the hash.
  explicit SlotDirectory(std::uint64_t seed);
  SlotDirectory(const SlotDirectory&) = delete;
  SlotDirectory& operator=(const SlotDirectory&) = delete;
  ~SlotDirectory();

  /// One look through the slots that may be of a hash.
  class Probe {
   public:
    Probe(const Word* entries, std::size_t capacity, std::uint64_t hash) noexcept
        : entries_(entries),
          mask_(capacity - 1),
          tag_(tag_of(hash)),
          next_(hash & mask_),
          // An array that is being filled again under a slow reader may have no end of its own.
          end_(next_ + capacity) {}

    /// The next one; null: no more. `position` is then where it was found.
    NamedSlot* next() noexcept {
      while (next_ != end_) {
        const Word entry = load_word(entries_[next_++ & mask_]);
        if (entry >> address_bits == tag_) return slot_of(entry);
        if (entry == empty) return nullptr;
      }
      return nullptr;
    }
    [[nodiscard]] std::size_t position() const noexcept { return (next_ - 1) & mask_; }

   private:
    const Word* entries_;
    std::size_t mask_;
    Word tag_;
    std::size_t next_;
    std::size_t end_;
  };

  // --- any thread ---

  [[nodiscard]] std::uint64_t hash_of(std::string_view name) const noexcept {
    return wire::table_hash(name, seed_);
  }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// A search that found nothing counts only if this was the same before and after.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Probe probe(std::uint64_t hash) const noexcept {
    const Word array = array_.load(std::memory_order_acquire);
    return {entries_of(array), capacity_of(array), hash};
  }

  // --- the writer ---

  void fetch(std::uint64_t hash) const noexcept {
    const Word array = array_.load(std::memory_order_relaxed);
    __builtin_prefetch(entries_of(array) + (hash & (capacity_of(array) - 1)));
  }
  /// True: call `rebuild` before the next `insert`.
  [[nodiscard]] bool full() const noexcept { return full_for(capacity(), used_ + 1); }
  /// Of a slot that is not in here yet.
  void insert(NamedSlot* slot, std::uint64_t hash) noexcept;
  void remove(std::size_t position) noexcept;
  /// Moves to an array of this capacity, a power of two that holds all slots without being full.
  void rebuild(std::size_t capacity);

  /// The least capacity at which so many slots leave some room.
  static std::size_t capacity_for(std::size_t slots) noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept {
    return capacity_of(array_.load(std::memory_order_relaxed));
  }
  /// The slot at a position below `capacity`, or null.
  [[nodiscard]] NamedSlot* at(std::size_t position) const noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }
  /// Entries that a search for each slot passes, all together.
  [[nodiscard]] std::size_t probes() const noexcept;

 private:
  static constexpr int address_bits = 48;
  static constexpr Word address_mask = (Word{1} << address_bits) - 1;
  static constexpr Word empty = 0;
  static constexpr Word removed = 1;  // a search goes on behind it

  static constexpr Word tag_of(std::uint64_t hash) noexcept {
    // The top bit keeps tags apart from `removed`.
    return hash >> address_bits | 0x8000;
  }
  static NamedSlot* slot_of(Word entry) noexcept {
    return reinterpret_cast<NamedSlot*>(static_cast<std::uintptr_t>(entry & address_mask));
  }
  static Word entry_of(const NamedSlot* slot, std::uint64_t hash) noexcept;

  // An array is a word as well: its address, and in the top bits the logarithm of its capacity.
  static Word* entries_of(Word array) noexcept {
    return reinterpret_cast<Word*>(static_cast<std::uintptr_t>(array & address_mask));
  }
  static std::size_t capacity_of(Word array) noexcept {
    return std::size_t{1} << (array >> address_bits);
  }
  static constexpr bool full_for(std::size_t capacity, std::size_t used) noexcept {
    return used * 4 > capacity * 3;
  }

  Word take_array(std::size_t capacity);
  void leave_array(Word array) noexcept;
  /// Returns what was there before: nothing, or the mark of something removed.
  static Word place(Word array, const NamedSlot* slot, std::uint64_t hash) noexcept;

  const std::uint64_t seed_;
  std::atomic<Word> array_{0};
  std::atomic<std::uint64_t> generation_{0};
  std::size_t used_ = 0;  // entries that are not empty
  std::vector<Word> left_;
  // Plain addresses of all arrays: leak checkers do not find them in the words above.
  std::vector<Word*> held_;
  std::size_t footprint_ = 0;
};

}  // namespace bulletin::replica
