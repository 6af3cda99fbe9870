// What the broker counts about itself.
#pragma once

#include <cstdint>

namespace bulletin::service {

struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;  ///< of those, refused because they were none
  std::uint64_t commits = 0;    ///< of clients; not those of $sys
  std::uint64_t updates = 0;    ///< sent, beats included, each once however many read it
  std::uint64_t bytes = 0;      ///< of updates and answers
  std::uint64_t dropped = 0;    ///< answers that could not be queued for their client
  std::uint64_t unclaimed = 0;  ///< answers whose client had left: nobody misses them
  std::uint64_t missed = 0;     ///< updates that a reader had no room for
  std::uint64_t refused_subscriptions = 0;     ///< to namespaces that do not beat for it
  std::uint64_t overloaded_subscriptions = 0;  ///< of those, refused because of a bound
  std::uint64_t subscriptions_dropped = 0;     ///< connections that had more than their bound
  std::uint64_t connections_too_large = 0;     ///< that made the broker keep too much, and ended
  std::uint64_t accept_paused = 0;             ///< times that nobody could connect
  // Requests, and items of WRITEs.
  std::uint64_t rejected = 0;
  std::uint64_t denied = 0;
  std::uint64_t overloaded = 0;
};

}  // namespace bulletin::service
