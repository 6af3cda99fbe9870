// The steady clock, as the cores are told it.
#pragma once

#include <chrono>
#include <cstdint>

namespace bulletin::client {

using SteadyTime = std::chrono::steady_clock::time_point;

inline std::uint64_t to_ms(SteadyTime time) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

inline std::uint64_t now_ms() noexcept { return to_ms(std::chrono::steady_clock::now()); }

}  // namespace bulletin::client
