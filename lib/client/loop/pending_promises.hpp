// Promises of writes that have ended, until the replica holds what decided them.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "client/loop/write_promise.hpp"
#include "client/system/clock.hpp"

namespace bulletin::client {

/// What decided the write is in the replica, if anybody can read there.
bool is_there(const replica::FinishedWrite& write) noexcept;
/// The replica has to get to what decided the write.
void require(const replica::FinishedWrite& write);

/// Guarded by the client's lock.
class PendingPromises {
 public:
  [[nodiscard]] bool empty() const noexcept { return groups_.empty(); }
  /// Takes the writes, all of which wait, and has their replicas ask for what they lack. When it
  /// throws, they are the caller's still.
  void add(std::vector<PromisedWrite>&& writes, SteadyTime deadline);
  /// Adds those that need not wait any more: they are there, or over; those that waited too long
  /// are in doubt.
  void take_settled(SteadyTime now,
                    const std::function<bool(const replica::FinishedWrite&)>& is_over,
                    std::vector<PromisedWrite>& settled);
  /// All of them, in doubt.
  void end_all() noexcept;
  void add_used(replica::ReplicaSet& replicas) const;

 private:
  /// Those that ended together.
  struct Group {
    std::vector<PromisedWrite> writes;
    SteadyTime deadline;
  };
  std::vector<Group> groups_;
};

}  // namespace bulletin::client
