#include "authority/lease_table.hpp"

#include <cassert>

#include "authority/reuse.hpp"

namespace bulletin::authority {

void LeaseTable::grant(Handle handle, Lease lease) {
  lease.number = next_number_++;
  const Leased leased{handle, lease};
  enter(leased);
  records_.push_back({leased, true});
}

void LeaseTable::end(Handle handle) {
  const Leased leased{handle, by_handle_.at(handle)};
  remove(leased);
  records_.push_back({leased, false});
}

const Lease* LeaseTable::find(Handle handle) const {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : &found->second;
}

void LeaseTable::of_session(std::uint64_t session, std::vector<Leased>& out) const {
  auto next = by_session_.lower_bound({session, 0});
  for (; next != by_session_.end() && next->first.first == session; ++next) {
    out.push_back({next->second, by_handle_.at(next->second)});
  }
}

void LeaseTable::due(std::uint64_t clock, std::vector<Leased>& out) const {
  for (auto next = by_deadline_.begin(); next != by_deadline_.end(); ++next) {
    if (next->first.first > clock) return;
    out.push_back({next->second, by_handle_.at(next->second)});
  }
}

void LeaseTable::rollback(std::size_t mark) {
  for (; records_.size() != mark; records_.pop_back()) {
    const Record& record = records_.back();
    if (record.granted) {
      remove(record.leased);
      next_number_ = record.leased.lease.number;
    } else {
      enter(record.leased);
    }
  }
}

void LeaseTable::commit(std::uint64_t late_ms) {
  for (const Record& record : records_) {
    if (late_ms != 0 && record.granted) postpone(record.leased, late_ms);
  }
  reuse(records_);
}

/// Unless it has ended in the turn in which it was granted.
void LeaseTable::postpone(const Leased& leased, std::uint64_t late_ms) {
  const auto found = by_handle_.find(leased.handle);
  const bool current = found != by_handle_.end() && found->second.number == leased.lease.number;
  if (!current || leased.lease.deadline == 0) return;
  remove(leased);
  Leased postponed = leased;
  postponed.lease.deadline = later(leased.lease.deadline, late_ms);
  enter(postponed);
}

void LeaseTable::enter(const Leased& leased) {
  const Lease& lease = leased.lease;
  [[maybe_unused]] const bool entered = by_handle_.emplace(leased.handle, lease).second;
  assert(entered);
  if (lease.session != 0)
    by_session_.emplace(std::pair(lease.session, lease.number), leased.handle);
  if (lease.deadline != 0) {
    by_deadline_.emplace(std::pair(lease.deadline, lease.number), leased.handle);
  }
}

void LeaseTable::remove(const Leased& leased) {
  const Lease& lease = leased.lease;
  by_handle_.erase(leased.handle);
  if (lease.session != 0) by_session_.erase({lease.session, lease.number});
  if (lease.deadline != 0) by_deadline_.erase({lease.deadline, lease.number});
}

}  // namespace bulletin::authority
