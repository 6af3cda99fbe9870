// The steady clock, as the cores are told it.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bulletin::client {

using SteadyTime = std::chrono::steady_clock::time_point;

inline std::uint64_t to_ms(SteadyTime time) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// A time too long to be counted is a year: practically for ever.
inline std::chrono::milliseconds countable(std::chrono::milliseconds time) noexcept {
  return std::min<std::chrono::milliseconds>(time, std::chrono::hours(24 * 365));
}

/// The same, not before the time.
inline std::uint64_t deadline_ms(SteadyTime time) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// So long from now.
inline SteadyTime deadline_after(std::chrono::milliseconds time) noexcept {
  return std::chrono::steady_clock::now() + countable(time);
}

/// The same or up to 10 ms later, from the time of the kernel's last tick, which is quicker to
/// read.
inline SteadyTime rough_deadline_after(std::chrono::milliseconds time) noexcept {
  constexpr std::chrono::milliseconds longest_tick(10);
  timespec last_tick{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &last_tick);  // of the steady clock
  return SteadyTime(std::chrono::seconds(last_tick.tv_sec) +
                    std::chrono::nanoseconds(last_tick.tv_nsec)) +
         longest_tick + countable(time);
}

/// What is left until then: not below zero, which would be for ever, and not cut down to zero,
/// which would spin.
inline std::chrono::milliseconds time_until(SteadyTime when) noexcept {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now());
  return left.count() > 0 ? left : std::chrono::milliseconds(0);
}

inline std::uint64_t now_ms() noexcept { return to_ms(std::chrono::steady_clock::now()); }

}  // namespace bulletin::client
