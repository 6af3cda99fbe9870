// What the broker counts about itself.
#pragma once

#include <cstdint>

namespace bulletin::server {

struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;  ///< of those, refused because they were none
  std::uint64_t commits = 0;    ///< of clients; not those of $sys
  std::uint64_t updates = 0;    ///< sent, beats included, each once however many read it
  std::uint64_t bytes = 0;      ///< of updates and answers
  std::uint64_t dropped = 0;    ///< answers that could not be queued for their client
};

}  // namespace bulletin::server
