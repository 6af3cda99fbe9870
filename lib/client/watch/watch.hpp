// One watch: whose it is, what it wants, and what it has been told.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <bulletin/change.hpp>

#include "client/watch/pulled_watch.hpp"

namespace bulletin::client {
class Dispatcher;
}

namespace bulletin::detail {

class Watch {
 public:
  Watch(std::shared_ptr<client::Dispatcher> dispatcher, std::uint64_t space,
        std::optional<std::string> name, Watcher callback, std::uint64_t generation,
        std::shared_ptr<PulledWatch> paced = nullptr)
      : dispatcher(std::move(dispatcher)),
        space(space),
        name(std::move(name)),
        callback(std::move(callback)),
        paced(std::move(paced)),
        generation(generation) {}

  const std::shared_ptr<client::Dispatcher> dispatcher;
  const std::uint64_t space;              ///< identifies the namespace
  const std::optional<std::string> name;  ///< nullopt: all attributes
  const Watcher callback;
  /// Of a watch with an interval: where its changes wait for their time.
  const std::shared_ptr<PulledWatch> paced;
  const std::uint64_t
      generation;  ///< of the process that made it: in a forked child it is the parent's

  std::shared_ptr<void> open;  ///< keeps the namespace open; the subscription's, until it ends
  std::atomic<bool> cancelled{false};
  std::uint64_t serial = 0;  ///< in the order of their making
  std::uint64_t begin = 0;  ///< batches up to this number are in the first values; the dispatcher's
  std::uint64_t carried = 0;  ///< changes skipped and not yet told of; the dispatcher thread's
};

}  // namespace bulletin::detail
