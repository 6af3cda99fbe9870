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

void Mirror::take(const replica::NamespaceReplica& replica, const replica::ChangeBatch& batch,
                  const SpaceHistory& past) {
  check(!batch.changes.empty(), "'{}' tells a batch without changes", replica.name());
  check(replica.epoch() != epoch_ || batch.revision > revision_, "'{}' tells {} after {}",
        replica.name(), batch.revision, revision_);
  batch.resynced ? take_repair(replica, batch, past) : take_commit(replica, batch, past);
  for (const replica::AttributeChange& change : batch.changes) {
    if (change.value.empty()) {
      entries_.erase(std::string(change.name));
    } else {
      entries_[std::string(change.name)] = {std::string(change.value), change.revision};
    }
  }
  epoch_ = replica.epoch();
  revision_ = batch.revision;
}

/// A batch tells exactly one commit, and none is left out; but for those of a repair that changed
/// nothing in the end.
void Mirror::take_commit(const replica::NamespaceReplica& replica,
                         const replica::ChangeBatch& batch, const SpaceHistory& past) const {
  const Delta delta = past.delta(batch.revision);
  check(delta.size() == batch.changes.size(), "'{}' tells {} changes of commit {}, which has {}",
        replica.name(), batch.changes.size(), batch.revision, delta.size());
  for (const replica::AttributeChange& change : batch.changes) {
    const auto found = delta.find(change.name);
    if (found != delta.end() && change.revision == batch.revision &&
        change.value == (found->second ? std::string_view(*found->second) : "")) {
      continue;
    }
    fail("'{}' tells that commit {} made '{}' {}", replica.name(), batch.revision, change.name,
         to_string(change.value));
  }
  // Between two epochs nothing is told only if there was nothing, and still is nothing.
  check(replica.epoch() == epoch_ ? past.same(revision_, batch.revision - 1)
                                  : entries_.empty() && past.at(batch.revision - 1).size == 0,
        "'{}' leaves out commits between {} and {}", replica.name(), revision_, batch.revision);
}

void Mirror::take_repair(const replica::NamespaceReplica& replica,
                         const replica::ChangeBatch& batch, const SpaceHistory& past) const {
  if (replica.epoch() != epoch_) return;
  const std::uint64_t missed = past.changes_between(revision_, batch.revision);
  check(batch.skipped <= missed, "'{}' skipped {} changes of {} between {} and {}", replica.name(),
        batch.skipped, missed, revision_, batch.revision);
}

void Mirror::compare(const replica::NamespaceReplica& replica) {
  check(entries_.size() == replica.table().size(),
        "the batches of '{}' up to {} lead to {} attributes, it has {}", replica.name(),
        replica.revision(), entries_.size(), replica.table().size());
  wire::ScalarBytes scratch;
  replica::AttributeTable::Found found;
  for (const auto& [name, entry] : entries_) {
    const bool same = replica.table().find(name, found, scratch) &&
                      found.revision == entry.revision && found.value == entry.value;
    check(same, "the batches of '{}' up to {} lead to another '{}'", replica.name(),
          replica.revision(), name);
  }
  epoch_ = replica.epoch();
  revision_ = replica.revision();
}

}  // namespace bulletin::simulation
