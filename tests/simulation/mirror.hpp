// An observer's copy of a namespace, made of nothing but the batches that it is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "replica/namespace_replica.hpp"
#include "simulation/history.hpp"

namespace bulletin::simulation {

/// Checks that batches come in order, each whole, and that together they tell everything.
class Mirror {
 public:
  /// Begins with what the replica holds now.
  explicit Mirror(const replica::NamespaceReplica& replica);

  void take(const replica::NamespaceReplica& replica, const replica::ChangeBatch& batch,
            const SpaceHistory& past);
  /// The batches so far lead to what the replica holds.
  void compare(const replica::NamespaceReplica& replica);

 private:
  struct Entry {
    std::string value;
    std::uint64_t revision = 0;
  };

  void take_commit(const replica::NamespaceReplica& replica, const replica::ChangeBatch& batch,
                   const SpaceHistory& past) const;
  void take_repair(const replica::NamespaceReplica& replica, const replica::ChangeBatch& batch,
                   const SpaceHistory& past) const;

  std::map<std::string, Entry, std::less<>> entries_;
  wire::Epoch epoch_;
  std::uint64_t revision_ = 0;
};

}  // namespace bulletin::simulation
