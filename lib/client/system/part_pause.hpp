// The pace at which the parts of an answer are asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <thread>

namespace bulletin::client {

/// Call it between an answer of so many bytes and the request for what follows it. The parts of an
/// honest broker are large: many small ones make no client ask without pause.
inline void pause_after_part(std::size_t bytes) {
  constexpr std::size_t small = 32u << 10;
  if (bytes < small) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace bulletin::client
