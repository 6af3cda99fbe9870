// Keeps what a replica tells, and what a watcher would make of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replica/namespace_model.hpp"
#include "replica/namespace_replica.hpp"

namespace bulletin::test {

class ChangeRecorder : public replica::ReplicaObserver {
 public:
  struct Told {
    std::uint64_t revision = 0;
    bool resynced = false;
    std::uint64_t skipped = 0;
    std::vector<std::string> names;  // removed ones with a '-'
  };
  std::vector<Told> batches;
  std::uint64_t progress = 0;
  Contents contents;  ///< all batches put together
  bool wanted = true;

  bool wants_changes(const replica::NamespaceReplica&) override { return wanted; }
  void applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) override {
    Told told{batch.revision, batch.resynced, batch.skipped, {}};
    visible = visible && replica.revision() == batch.revision;
    for (const replica::AttributeChange& change : batch.changes) {
      const std::string name(change.name);
      if (change.value.empty()) {
        contents.erase(name);
      } else {
        contents[name] = {std::string(change.value), change.revision};
      }
      told.names.push_back((change.value.empty() ? "-" : "") + name);
    }
    batches.push_back(std::move(told));
  }
  void progressed(replica::NamespaceReplica&) override { ++progress; }

  bool visible = true;  ///< every batch was told when the replica had its revision
};

}  // namespace bulletin::test
