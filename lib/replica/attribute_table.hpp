// Names -> slots: read by every thread without waiting, written by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/detail/slot.hpp>

namespace bulletin::replica {

/// A hash table with open addressing whose slots never move. A lookup is one hash and on average one probe, and waits for nobody: it repeats only
/// when the table grew or the slot was reused meanwhile. See docs/decisions for how memory is reclaimed.
class AttributeTable {
 public:
  AttributeTable();
  AttributeTable(const AttributeTable&) = delete;
  AttributeTable& operator=(const AttributeTable&) = delete;
  ~AttributeTable();

  // --- readers: any thread ---

  /// Copies the value of an attribute out; false: absent.
  bool read(std::string_view name, detail::Reading& out) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  ///< attributes that exist

  // --- the writer: one thread at a time, guarded by the owner ---

  /// What an attribute holds: the encoded bytes of the value (valid until the next change), and its revision.
  struct Found {
    std::string_view value;
    std::uint64_t revision = 0;
  };
  /// False: absent. `scratch` holds the bytes of scalars.
  bool find(std::string_view name, std::uint64_t name_hash, Found& out, std::string& scratch) const;

  void set(std::string_view name, std::uint64_t name_hash, std::string_view value, std::uint64_t revision);
  /// False: was absent.
  bool erase(std::string_view name, std::uint64_t name_hash, std::uint64_t revision);

  /// f(name, name_hash, Found) for every attribute that exists, in no order.
  template <class F>
  void for_each(F&& f) const;

  /// The slot of a name, made if there is none, which stays where it is until unpinned as often as pinned. `unpin` may be called by any thread.
  detail::Slot* pin(std::string_view name);
  static void unpin(detail::Slot* slot) noexcept;

  /// Makes room for so many attributes at once.
  void reserve(std::size_t attributes);
  /// Bytes taken from the system.
  [[nodiscard]] std::size_t footprint() const noexcept;
};

}  // namespace bulletin::replica
