// What ends attributes by themselves: a session that ends, a time that comes.
#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "authority/arena.hpp"
#include "authority/running_clock.hpp"

namespace bulletin::authority {

struct Space;

/// Why an attribute may end. Few attributes have one, so it is kept beside them.
struct Lease {
  Space* space = nullptr;
  std::uint64_t session = 0;   ///< ephemeral: ends with it; else 0
  std::uint64_t deadline = 0;  ///< time to live: the point on the running clock; else 0
  std::uint64_t number = 0;    ///< in order of granting; given by the table
};

/// An attribute and its lease.
struct Leased {
  Handle handle = 0;
  Lease lease;
};

/// Leases by attribute, by session and by deadline; every change can be taken back, the newest
/// first.
class LeaseTable {
 public:
  /// The attribute must have none.
  void grant(Handle handle, Lease lease);
  /// The attribute must have one.
  void end(Handle handle);
  [[nodiscard]] const Lease* find(Handle handle) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_handle_.size(); }
  /// Pairs of an attribute and its lease, in no order.
  [[nodiscard]] auto begin() const { return by_handle_.begin(); }
  [[nodiscard]] auto end() const { return by_handle_.end(); }

  /// Appends the leases of a session; those whose deadline is not after `clock`.
  void of_session(std::uint64_t session, std::vector<Leased>& out) const;
  void due(std::uint64_t clock, std::vector<Leased>& out) const;

  /// `never_ms`: there is none.
  [[nodiscard]] std::uint64_t next_deadline() const noexcept {
    return by_deadline_.empty() ? never_ms : by_deadline_.begin()->first.first;
  }

  [[nodiscard]] std::size_t mark() const noexcept { return records_.size(); }
  void rollback(std::size_t mark);
  /// `late_ms`: what was granted since the last commit ends so much later.
  void commit(std::uint64_t late_ms = 0);

 private:
  struct Record {
    Leased leased;
    bool granted;  // otherwise: ended
  };

  void enter(const Leased& leased);
  void remove(const Leased& leased);
  void postpone(const Leased& leased, std::uint64_t late_ms);

  using Index = absl::btree_map<std::pair<std::uint64_t, std::uint64_t>, Handle>;  // (key, number)
  absl::flat_hash_map<Handle, Lease> by_handle_;
  Index by_session_;
  Index by_deadline_;
  std::uint64_t next_number_ = 1;
  std::vector<Record> records_;
};

}  // namespace bulletin::authority
