#include "replica/slot_directory.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "replica/mapping.hpp"

namespace bulletin::replica {

namespace {

constexpr std::size_t smallest_capacity = 8;

std::size_t bytes_of(std::size_t capacity) noexcept { return capacity * sizeof(Word); }

void clear(Word* entries, std::size_t capacity) noexcept {
  for (std::size_t i = 0; i != capacity; ++i) store_word(entries[i], 0);
}

}  // namespace

SlotDirectory::SlotDirectory(std::uint64_t seed) : seed_(seed) {
  array_.store(take_array(smallest_capacity), std::memory_order_relaxed);
}

SlotDirectory::~SlotDirectory() {
  left_.push_back(array_.load(std::memory_order_relaxed));
  for (const Word array : left_) give_memory(entries_of(array), bytes_of(capacity_of(array)));
}

void SlotDirectory::insert(NamedSlot* slot, std::uint64_t hash) noexcept {
  if (place(array_.load(std::memory_order_relaxed), slot, hash) == empty) ++used_;
}

void SlotDirectory::remove(std::size_t position) noexcept {
  const Word array = array_.load(std::memory_order_relaxed);
  Word* entries = entries_of(array);
  const std::size_t mask = capacity_of(array) - 1;
  store_word(entries[position], removed);
  if (entries[(position + 1) & mask] != empty) return;
  // Nothing follows: no search needs the mark here, nor those directly before.
  while (entries[position] == removed) {
    store_word(entries[position], empty);
    --used_;
    position = (position - 1) & mask;
  }
}

void SlotDirectory::rebuild(std::size_t new_capacity) {
  constexpr std::size_t ahead = 16;
  const Word old = array_.load(std::memory_order_relaxed);
  const Word array = take_array(new_capacity);
  used_ = 0;
  for (std::size_t i = 0; i != capacity_of(old); ++i) {
    if (i + ahead < capacity_of(old)) __builtin_prefetch(at(i + ahead));
    if (const NamedSlot* slot = at(i)) {
      place(array, slot, hash_of(slot->name()));
      ++used_;
    }
  }
  assert(!full_for(new_capacity, used_));
  array_.store(array, std::memory_order_release);
  // After the array, and before the old one may change: who has seen the change sees this too.
  generation_.fetch_add(1, std::memory_order_release);
  leave_array(old);
}

std::size_t SlotDirectory::capacity_for(std::size_t slots) noexcept {
  const std::size_t capacity = std::max(smallest_capacity, std::bit_ceil(slots));
  return full_for(capacity, slots + 1) ? capacity * 2 : capacity;
}

NamedSlot* SlotDirectory::at(std::size_t position) const noexcept {
  const Word entry = entries_of(array_.load(std::memory_order_relaxed))[position];
  return entry == removed ? nullptr : slot_of(entry);
}

std::size_t SlotDirectory::probes() const noexcept {
  const std::size_t mask = capacity() - 1;
  std::size_t probes = 0;
  for (std::size_t i = 0; i <= mask; ++i) {
    if (const NamedSlot* slot = at(i)) probes += ((i - hash_of(slot->name())) & mask) + 1;
  }
  return probes;
}

Word SlotDirectory::entry_of(const NamedSlot* slot, std::uint64_t hash) noexcept {
  const auto address = static_cast<Word>(reinterpret_cast<std::uintptr_t>(slot));
  assert(address <= address_mask);
  return address | tag_of(hash) << address_bits;
}

Word SlotDirectory::take_array(std::size_t capacity) {
  left_.reserve(left_.size() + 2);  // leaving an array never fails
  held_.reserve(held_.size() + 1);
  const std::size_t bytes = bytes_of(capacity);
  const auto same_size = [&](Word array) { return capacity_of(array) == capacity; };
  const auto found = std::find_if(left_.begin(), left_.end(), same_size);
  if (found != left_.end()) {
    const Word array = *found;
    left_.erase(found);
    clear(entries_of(array), capacity);
    if (bytes >= least_mapping) footprint_ += bytes;
    return array;
  }
  Word* const memory = static_cast<Word*>(take_memory(bytes));
  held_.push_back(memory);
  const auto entries = reinterpret_cast<std::uintptr_t>(memory);
  assert(entries <= address_mask);
  footprint_ += bytes;
  return static_cast<Word>(entries) | static_cast<Word>(std::countr_zero(capacity)) << address_bits;
}

void SlotDirectory::leave_array(Word array) noexcept {
  const std::size_t bytes = bytes_of(capacity_of(array));
  left_.push_back(array);
  if (bytes < least_mapping) return;
  discard_memory(entries_of(array), bytes);
  footprint_ -= bytes;
}

Word SlotDirectory::place(Word array, const NamedSlot* slot, std::uint64_t hash) noexcept {
  Word* entries = entries_of(array);
  const std::size_t mask = capacity_of(array) - 1;
  std::size_t position = hash & mask;
  while (entries[position] != empty && entries[position] != removed) {
    position = (position + 1) & mask;
  }
  const Word before = entries[position];
  store_word(entries[position], entry_of(slot, hash));
  return before;
}

}  // namespace bulletin::replica
