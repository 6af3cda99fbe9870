#include "simulation/mirror.hpp"

#include "simulation/failure.hpp"
#include "wire/digest.hpp"

namespace bulletin::simulation {

Mirror::Mirror(const replica::NamespaceReplica& replica)
    : epoch_(replica.epoch()), revision_(replica.revision()) {
  replica.table().for_each(
      [&](std::string_view name, std::uint64_t, const replica::AttributeTable::Found& found) {
        entries_[std::string(name)] = {std::string(found.value), found.revision};
      });
}

void Mirror::take(const replica::NamespaceReplica& replica, const replica::Row& row,
                  const SpaceHistory& past) {
  check(!row.changes.empty(), "'{}' tells a row without changes", replica.name());
  check(replica.epoch() != epoch_ || row.revision > revision_, "'{}' tells {} after {}",
        replica.name(), row.revision, revision_);
  row.resynced ? take_repair(replica, row, past) : take_commit(replica, row, past);
  for (const replica::RowChange& change : row.changes) {
    if (change.value.empty()) {
      entries_.erase(std::string(change.name));
    } else {
      entries_[std::string(change.name)] = {std::string(change.value), change.revision};
    }
  }
  epoch_ = replica.epoch();
  revision_ = row.revision;
}

/// A row tells exactly one commit, and none is left out; but for those of a repair that changed
/// nothing in the end.
void Mirror::take_commit(const replica::NamespaceReplica& replica, const replica::Row& row,
                         const SpaceHistory& past) const {
  const Delta delta = past.delta(row.revision);
  check(delta.size() == row.changes.size(), "'{}' tells {} changes of commit {}, which has {}",
        replica.name(), row.changes.size(), row.revision, delta.size());
  for (const replica::RowChange& change : row.changes) {
    const auto found = delta.find(change.name);
    if (found != delta.end() && change.revision == row.revision &&
        change.value == (found->second ? std::string_view(*found->second) : "")) {
      continue;
    }
    fail("'{}' tells that commit {} made '{}' {}", replica.name(), row.revision, change.name,
         to_string(change.value));
  }
  // Between two epochs nothing is told only if there was nothing, and still is nothing.
  check(replica.epoch() == epoch_ ? past.same(revision_, row.revision - 1)
                                  : entries_.empty() && past.at(row.revision - 1).size == 0,
        "'{}' leaves out commits between {} and {}", replica.name(), revision_, row.revision);
}

void Mirror::take_repair(const replica::NamespaceReplica& replica, const replica::Row& row,
                         const SpaceHistory& past) const {
  if (replica.epoch() != epoch_) return;
  const std::uint64_t missed = past.changes_between(revision_, row.revision);
  check(row.skipped <= missed, "'{}' skipped {} changes of {} between {} and {}", replica.name(),
        row.skipped, missed, revision_, row.revision);
}

void Mirror::compare(const replica::NamespaceReplica& replica) {
  check(entries_.size() == replica.table().size(),
        "the rows of '{}' up to {} lead to {} attributes, it has {}", replica.name(),
        replica.revision(), entries_.size(), replica.table().size());
  wire::ScalarBytes scratch;
  replica::AttributeTable::Found found;
  for (const auto& [name, entry] : entries_) {
    const bool same = replica.table().find(name, found, scratch) &&
                      found.revision == entry.revision && found.value == entry.value;
    check(same, "the rows of '{}' up to {} lead to another '{}'", replica.name(),
          replica.revision(), name);
  }
  epoch_ = replica.epoch();
  revision_ = replica.revision();
}

}  // namespace bulletin::simulation
