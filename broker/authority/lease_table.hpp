// What ends attributes by themselves: a session that ends, a time that comes.
#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "authority/arena.hpp"
#include "authority/time_points.hpp"

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
/// first. A lease may be over, by its session or its deadline, for a while before it is ended: many
/// that are over at once are not ended at once.
class LeaseTable {
 public:
  /// The attribute must have none.
  void grant(Handle handle, Lease lease);
  /// The attribute must have one.
  void end(Handle handle);
  [[nodiscard]] const Lease* find(Handle handle) const;
  /// All leases of the session are over.
  void end_session(std::uint64_t session);
  /// The attribute has a lease, and its session has ended.
  [[nodiscard]] bool outlives_session(Handle handle) const {
    return !ended_.empty() && ended_.contains(by_handle_.at(handle).session);
  }
  [[nodiscard]] std::size_t size() const noexcept { return by_handle_.size(); }
  /// Pairs of an attribute and its lease, in no order.
  [[nodiscard]] auto begin() const { return by_handle_.begin(); }
  [[nodiscard]] auto end() const { return by_handle_.end(); }

  /// Appends at most `most` leases that are over, all of which the caller ends: those of ended
  /// sessions, the lowest number first, then those whose deadline is not after `clock`. What is
  /// over for both reasons may be there twice.
  void take_over(std::uint64_t clock, std::size_t most, std::vector<Leased>& out);

  /// 0: one is over by its session; `never_ms`: none ever will be.
  [[nodiscard]] std::uint64_t next_deadline() const noexcept {
    if (!ended_.empty()) return 0;
    return by_deadline_.empty() ? never_ms : by_deadline_.begin()->first.first;
  }

  [[nodiscard]] std::size_t mark() const noexcept { return records_.size(); }
  void rollback(std::size_t mark);
  /// `late_ms`: what was granted since the last commit ends so much later.
  void commit(std::uint64_t late_ms = 0);

 private:
  enum class Kind : std::uint8_t { granted, ended, session_ended, session_done };
  struct Record {
    Leased leased;  // of a session its number only
    Kind kind;
  };

  void enter(const Leased& leased);
  void remove(const Leased& leased);
  void postpone(const Leased& leased, std::uint64_t late_ms);

  using Index = absl::btree_map<std::pair<std::uint64_t, std::uint64_t>, Handle>;  // (key, number)
  absl::flat_hash_map<Handle, Lease> by_handle_;
  Index by_session_;
  absl::btree_set<std::uint64_t> ended_;  // sessions of which there may be leases
  Index by_deadline_;
  std::uint64_t next_number_ = 1;
  std::vector<Record> records_;
};

}  // namespace bulletin::authority
