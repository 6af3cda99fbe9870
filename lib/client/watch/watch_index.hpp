// The watches of a client, found by what they want.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/system/randomness.hpp"
#include "client/watch/change_batch_queue.hpp"
#include "client/watch/watch.hpp"
#include "replica/change_batch.hpp"
#include "wire/table_hash.hpp"

namespace bulletin::client {

/// A batch costs what its listeners cost, however many other watches there are; a change that
/// nobody wants costs one lookup. Guarded by its owner's lock.
class WatchIndex {
 public:
  /// A watch, and what of a batch it is told: the places of the changes, in order.
  struct Listener {
    std::shared_ptr<detail::Watch> watch;
    std::vector<std::size_t> changes;
  };

  void add(const std::shared_ptr<detail::Watch>& watch);
  void remove(const detail::Watch& watch);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Somebody watches something in this namespace.
  [[nodiscard]] bool any(std::uint64_t space) const { return spaces_.contains(space); }
  /// What somebody wants of the batch: all of it, or what is then put into `part`.
  [[nodiscard]] const replica::ChangeBatch& wanted(std::uint64_t space,
                                                   const replica::ChangeBatch& batch,
                                                   replica::ChangeBatch& part) const;
  /// Those whom the batch concerns, in the order of their making.
  [[nodiscard]] std::vector<Listener> of(const QueuedBatch& batch) const;

 private:
  using Watches = std::vector<std::shared_ptr<detail::Watch>>;

  struct Space {
    Watches all;  // want every name
    std::unordered_map<std::string, Watches, wire::TableHash, std::equal_to<>> by_name{
        0, wire::TableHash{hash_seed()}};
  };

  std::unordered_map<std::uint64_t, Space> spaces_;
  std::size_t size_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace bulletin::client
