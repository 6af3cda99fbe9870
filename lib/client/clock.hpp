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

/// So long from now; a time too long to be counted is a year: practically for ever.
inline SteadyTime deadline_after(std::chrono::milliseconds time) noexcept {
  constexpr std::chrono::milliseconds most = std::chrono::hours(24 * 365);
  return std::chrono::steady_clock::now() + (time < most ? time : most);
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
