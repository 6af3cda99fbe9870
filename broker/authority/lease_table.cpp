#include "authority/lease_table.hpp"

#include <cassert>

#include "authority/reuse.hpp"

namespace bulletin::authority {

void LeaseTable::grant(Handle handle, Lease lease) {
  lease.number = next_number_++;
  const Leased leased{handle, lease};
  enter(leased);
  records_.push_back({leased, Kind::granted});
}

void LeaseTable::end(Handle handle) {
  const Leased leased{handle, by_handle_.at(handle)};
  remove(leased);
  records_.push_back({leased, Kind::ended});
}

const Lease* LeaseTable::find(Handle handle) const {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : &found->second;
}

void LeaseTable::end_session(std::uint64_t session) {
  const auto first = by_session_.lower_bound({session, 0});
  if (first == by_session_.end() || first->first.first != session) return;
  if (ended_.insert(session).second)
    records_.push_back({{0, {nullptr, session, 0, 0}}, Kind::session_ended});
}

void LeaseTable::take_over(std::uint64_t clock, std::size_t most, std::vector<Leased>& out) {
  while (!ended_.empty()) {
    const std::uint64_t session = *ended_.begin();
    auto next = by_session_.lower_bound({session, 0});
    for (; next != by_session_.end() && next->first.first == session; ++next, --most) {
      if (most == 0) return;
      out.push_back({next->second, by_handle_.at(next->second)});
    }
    ended_.erase(ended_.begin());
    records_.push_back({{0, {nullptr, session, 0, 0}}, Kind::session_done});
  }
  for (auto next = by_deadline_.begin(); next != by_deadline_.end(); ++next, --most) {
    if (next->first.first > clock || most == 0) return;
    out.push_back({next->second, by_handle_.at(next->second)});
  }
}

void LeaseTable::rollback(std::size_t mark) {
  for (; records_.size() != mark; records_.pop_back()) {
    const Record& record = records_.back();
    switch (record.kind) {
      case Kind::granted:
        remove(record.leased);
        next_number_ = record.leased.lease.number;
        break;
      case Kind::ended: enter(record.leased); break;
      case Kind::session_ended: ended_.erase(record.leased.lease.session); break;
      case Kind::session_done: ended_.insert(record.leased.lease.session); break;
    }
  }
}

void LeaseTable::commit(std::uint64_t late_ms) {
  for (const Record& record : records_) {
    if (late_ms != 0 && record.kind == Kind::granted) postpone(record.leased, late_ms);
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
