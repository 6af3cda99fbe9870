// Names -> slots: read by every thread without waiting, written by one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bulletin/detail/slot.hpp>

#include "replica/block_pool.hpp"
#include "replica/named_slot.hpp"
#include "replica/slot_directory.hpp"
#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::replica {

/// What a name is hashed to.
struct NameHashes {
  std::uint64_t wire = 0;   ///< wire::name_hash, of which digests are made
  std::uint64_t table = 0;  ///< AttributeTable::hash_of
};

/// A hash table with open addressing whose slots never move. A lookup is one hash and on average
/// one probe, and waits for nobody: it repeats only when the table grew or the slot was reused
/// meanwhile. docs/decisions/0002-reads-without-waiting.md tells how memory is reclaimed.
///
/// The slot of an erased attribute is used again for another name, unless it is pinned.
class AttributeTable {
 public:
  /// `seed`: of the hash of its names.
  explicit AttributeTable(std::uint64_t seed = 0);
  AttributeTable(const AttributeTable&) = delete;
  AttributeTable& operator=(const AttributeTable&) = delete;
  ~AttributeTable();

  // --- readers: any thread ---

  /// Copies the value of an attribute out; false: absent.
  bool read(std::string_view name, detail::Reading& out) const;
  /// As `read`, for what is a scalar: what is Kind::encoded is not copied.
  [[nodiscard]] detail::ScalarValue read_scalar(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  /// How many attributes exist.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  // --- the writer: one thread at a time, guarded by the owner ---

  /// What an attribute holds: the encoded bytes of the value (valid until the next change), and its
  /// revision.
  struct Found {
    std::string_view value;
    std::uint64_t revision = 0;
  };
  /// False: absent. `scratch` holds the bytes of scalars.
  bool find(std::string_view name, Found& out, wire::ScalarBytes& scratch) const;

  void set(std::string_view name, std::uint64_t name_hash, std::string_view value,
           std::uint64_t revision) {
    set(name, NameHashes{name_hash, hash_of(name)}, value, revision);
  }
  void set(std::string_view name, const NameHashes& hashes, std::string_view value,
           std::uint64_t revision);
  /// False: was absent.
  bool erase(std::string_view name, std::uint64_t name_hash, std::uint64_t revision);
  /// Erases everything.
  void clear(std::uint64_t revision);

  [[nodiscard]] std::uint64_t hash_of(std::string_view name) const noexcept {
    return directory_.hash_of(name);
  }
  [[nodiscard]] std::uint64_t seed() const noexcept { return directory_.seed(); }
  /// Hints that a name of this `hash_of` will be looked up soon. Each step needs what the one
  /// before has fetched, so let some other work lie between them.
  void fetch_entry(std::uint64_t hash) const noexcept { directory_.fetch(hash); }
  void fetch_slot(std::uint64_t hash) const noexcept;
  void fetch_value(std::uint64_t hash) const noexcept;

  /// The digest of all attributes.
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

  /// f(name, name_hash, Found) for every attribute that exists, in no order. Nothing may be changed
  /// meanwhile.
  template <class F>
  void for_each(F&& f) const;

  /// The slot of a name, made if there is none, which stays where it is until unpinned as often as
  /// pinned. `unpin` may be called by any thread.
  detail::Slot* pin(std::string_view name);
  static void unpin(detail::Slot* slot) noexcept;

  /// Makes room for so many attributes at once.
  void reserve(std::size_t attributes);
  /// Entries that a look for each name passes, all together.
  [[nodiscard]] std::size_t probes() const noexcept { return directory_.probes(); }
  /// Bytes taken from the system.
  [[nodiscard]] std::size_t footprint() const noexcept;

 private:
  /// A slot and where it is.
  struct Place {
    NamedSlot* slot = nullptr;
    std::size_t position = 0;
  };

  [[nodiscard]] Place place_of(std::string_view name, std::uint64_t hash) const noexcept;
  NamedSlot* slot_for(std::string_view name, std::uint64_t hash);
  void make_room();
  void drop_unpinned() noexcept;
  void recycle(NamedSlot* slot) noexcept;
  void erase(const Place& place, std::uint64_t name_hash, std::uint64_t revision) noexcept;
  /// Takes what a slot holds out of the digest. `release_value` gives its block back.
  void subtract(const detail::Scalar& held, std::uint64_t name_hash) noexcept;
  void release_value(const detail::Scalar& held) noexcept;
  static std::string_view bytes_of(const detail::Scalar& held, wire::ScalarBytes& scratch) noexcept;

  SlotDirectory directory_;
  BlockPool slots_;
  BlockPool values_;
  std::atomic<std::size_t> size_{0};
  std::size_t absent_slots_ = 0;  // in the directory, kept for a pin or since
  std::uint64_t digest_ = 0;
};

template <class F>
void AttributeTable::for_each(F&& f) const {
  wire::ScalarBytes scratch;
  for (std::size_t i = 0; i != directory_.capacity(); ++i) {
    const NamedSlot* slot = directory_.at(i);
    if (slot == nullptr) continue;
    const detail::Scalar held = slot->load();
    if (held.kind == detail::Kind::absent) continue;
    f(slot->name(), wire::name_hash(slot->name()), Found{bytes_of(held, scratch), held.revision});
  }
}

}  // namespace bulletin::replica
