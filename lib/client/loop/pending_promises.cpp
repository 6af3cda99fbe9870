#include "client/loop/pending_promises.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "replica/namespace_replica.hpp"

namespace bulletin::client {
namespace {

/// The same as `require` for all: of those in a row of one replica, the newest tells for the
/// others.
void require_all(const std::vector<PromisedWrite>& writes) {
  const replica::FinishedWrite* newest = &writes.front().write;
  for (const auto& [write, promise] : writes) {
    if (write.replica != newest->replica || write.epoch != newest->epoch) {
      require(*newest);
      newest = &write;
    } else if (write.outcome.revision > newest->outcome.revision) {
      newest = &write;
    }
  }
  require(*newest);
}

}  // namespace

bool is_there(const replica::FinishedWrite& write) noexcept {
  return !write.replica->complete() || write.replica->has(write.epoch, write.outcome.revision);
}

void require(const replica::FinishedWrite& write) {
  const_cast<replica::NamespaceReplica*>(write.replica)
      ->require(write.epoch, write.outcome.revision);
}

void PendingPromises::add(std::vector<PromisedWrite>&& writes, SteadyTime deadline) {
  groups_.reserve(groups_.size() + 1);
  require_all(writes);
  groups_.push_back({std::move(writes), deadline});
}

void PendingPromises::take_settled(
    SteadyTime now, const std::function<bool(const replica::FinishedWrite&)>& is_over,
    std::vector<PromisedWrite>& settled) {
  for (Group& group : groups_) {
    std::vector<PromisedWrite>& writes = group.writes;
    auto waits = std::partition(writes.begin(), writes.end(), [&](const auto& promised) {
      return is_there(promised.write) || is_over(promised.write);
    });
    if (group.deadline <= now) {
      for (; waits != writes.end(); ++waits)
        waits->write.fate = replica::FinishedWrite::Fate::in_doubt;
    }
    if (settled.empty() && waits == writes.end()) {
      settled.swap(writes);
      continue;
    }
    settled.reserve(settled.size() + static_cast<std::size_t>(waits - writes.begin()));
    settled.insert(settled.end(), std::move_iterator(writes.begin()), std::move_iterator(waits));
    writes.erase(writes.begin(), waits);
  }
  std::erase_if(groups_, [](const Group& group) { return group.writes.empty(); });
}

void PendingPromises::end_all() noexcept {
  for (Group& group : groups_) {
    for (PromisedWrite& promised : group.writes) {
      promised.write.fate = replica::FinishedWrite::Fate::in_doubt;
      fulfil(promised);
    }
  }
  groups_.clear();
}

void PendingPromises::add_used(replica::ReplicaSet& replicas) const {
  for (const Group& group : groups_) {
    for (const auto& [write, promise] : group.writes) replicas.insert(write.replica);
  }
}

}  // namespace bulletin::client
