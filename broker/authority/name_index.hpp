// Finds the attribute that has a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "authority/attribute_pool.hpp"
#include "wire/table_hash.hpp"

namespace bulletin::authority {

/// A name, and what it is hashed to.
struct HashedName {
  std::string_view name;
  std::uint64_t hash = 0;  ///< wire::name_hash, of which digests are made
  std::uint64_t key = 0;   ///< NameIndex::key_of
};

/// An open table with linear probing. A slot is a handle and half of the key, so that one line of
/// the cache decides nearly every probe, and growing reads no attribute. Memory: 8 bytes for each
/// slot, of which a quarter to three quarters are used.
class NameIndex {
 public:
  NameIndex(const AttributePool& pool, std::uint64_t seed) noexcept : pool_(&pool), seed_(seed) {}

  [[nodiscard]] std::uint64_t key_of(std::string_view name) const noexcept {
    return wire::table_hash(name, seed_);
  }
  /// The attribute of that name, or 0.
  [[nodiscard]] Handle find(std::string_view name) const noexcept {
    return find(name, key_of(name));
  }
  [[nodiscard]] Handle find(std::string_view name, std::uint64_t key) const noexcept {
    if (size_ == 0) return 0;
    const std::uint32_t tag = tag_of(key);
    for (std::uint32_t i = tag & mask_; slots_[i].handle != 0; i = (i + 1) & mask_) {
      if (slots_[i].tag == tag && pool_->at(slots_[i].handle).name() == name) {
        return slots_[i].handle;
      }
    }
    return 0;
  }

  /// A table that is larger than the caches waits for memory twice in a `find`: who knows early
  /// what he will look for calls these before it, the second one when the first has had its time.
  // Without `always_inline` g++ 12 takes such a call for one that does nothing, and leaves it out.
  [[gnu::always_inline]] void fetch_slot(std::uint64_t key) const noexcept {
    if (size_ != 0) __builtin_prefetch(&slots_[tag_of(key) & mask_]);
  }
  [[gnu::always_inline]] void fetch_attribute(std::uint64_t key) const noexcept {
    if (size_ == 0) return;
    const std::uint32_t tag = tag_of(key);
    std::uint32_t i = tag & mask_;
    while (slots_[i].handle != 0 && slots_[i].tag != tag) i = (i + 1) & mask_;
    if (slots_[i].handle != 0) __builtin_prefetch(&pool_->at(slots_[i].handle));
  }

  /// The name must not be there.
  void insert(Handle handle, std::uint64_t key);
  /// The attribute must be there.
  void erase(Handle handle, std::uint64_t key);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Slots that a look for each name passes, all together.
  [[nodiscard]] std::size_t probes() const noexcept;

 private:
  struct Slot {
    std::uint32_t tag;
    Handle handle;  // 0: free
  };

  static std::uint32_t tag_of(std::uint64_t key) noexcept {
    return static_cast<std::uint32_t>(key >> 32);
  }
  void put(Slot slot) noexcept;
  void resize(std::size_t capacity);

  const AttributePool* pool_;
  std::uint64_t seed_;
  std::unique_ptr<Slot[]> slots_;
  std::uint32_t size_ = 0;
  std::uint32_t mask_ = 0;  // the capacity less one
};

}  // namespace bulletin::authority
