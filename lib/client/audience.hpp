// The watches of a client, found by what they want.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/row_queue.hpp"
#include "client/watch.hpp"

namespace bulletin::client {

/// A row costs what its listeners cost, however many other watches there are. Guarded by its
/// owner's lock.
class Audience {
 public:
  using Watches = std::vector<std::shared_ptr<detail::Watch>>;

  void add(const std::shared_ptr<detail::Watch>& watch);
  void remove(const detail::Watch& watch);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Somebody watches something in this namespace.
  [[nodiscard]] bool any(const void* space) const { return spaces_.contains(space); }
  /// Those whom the row concerns, in the order of their making.
  [[nodiscard]] Watches of(const QueuedRow& row) const;

 private:
  struct Space {
    Watches all;  // want every name
    std::unordered_map<std::string, Watches> by_name;
  };

  std::unordered_map<const void*, Space> spaces_;
  std::size_t size_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace bulletin::client
