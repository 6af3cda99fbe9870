#include "authority/name_index.hpp"

#include <cassert>
#include <utility>

namespace bulletin::authority {

namespace {

constexpr std::size_t least_slots = 8;

}  // namespace

void NameIndex::insert(Handle handle, std::uint64_t key) {
  const std::size_t capacity = slots_ == nullptr ? 0 : std::size_t{mask_} + 1;
  // At most three quarters full.
  if ((std::size_t{size_} + 1) * 4 > capacity * 3) {
    resize(capacity == 0 ? least_slots : capacity * 2);
  }
  put({tag_of(key), handle});
  ++size_;
}

void NameIndex::erase(Handle handle, std::uint64_t key) {
  std::uint32_t hole = tag_of(key) & mask_;
  while (slots_[hole].handle != handle) {
    assert(slots_[hole].handle != 0);
    hole = (hole + 1) & mask_;
  }
  // What was pushed beyond the hole moves back; no markers stay.
  for (std::uint32_t i = (hole + 1) & mask_; slots_[i].handle != 0; i = (i + 1) & mask_) {
    const std::uint32_t home = slots_[i].tag & mask_;
    if (((i - home) & mask_) < ((i - hole) & mask_)) continue;
    slots_[std::exchange(hole, i)] = slots_[i];
  }
  slots_[hole] = {};
  --size_;
  const std::size_t capacity = std::size_t{mask_} + 1;
  if (capacity > least_slots && std::size_t{size_} * 4 < capacity) resize(capacity / 2);
}

std::size_t NameIndex::probes() const noexcept {
  std::size_t probes = 0;
  for (std::uint32_t i = 0; size_ != 0 && i <= mask_; ++i) {
    if (slots_[i].handle != 0) probes += ((i - slots_[i].tag) & mask_) + 1;
  }
  return probes;
}

void NameIndex::put(Slot slot) noexcept {
  std::uint32_t i = slot.tag & mask_;
  while (slots_[i].handle != 0) i = (i + 1) & mask_;
  slots_[i] = slot;
}

void NameIndex::resize(std::size_t capacity) {
  const std::size_t before = slots_ == nullptr ? 0 : std::size_t{mask_} + 1;
  const std::unique_ptr<Slot[]> old = std::exchange(slots_, std::make_unique<Slot[]>(capacity));
  mask_ = static_cast<std::uint32_t>(capacity - 1);
  for (std::size_t i = 0; i != before; ++i) {
    if (old[i].handle != 0) put(old[i]);
  }
}

}  // namespace bulletin::authority
