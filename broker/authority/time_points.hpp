// Points on the running clock, in milliseconds.
#pragma once

#include <cstdint>
#include <limits>

namespace bulletin::authority {

inline constexpr std::uint64_t never_ms = std::numeric_limits<std::uint64_t>::max();

/// Numbers do not wrap around: what is that far away never comes.
constexpr std::uint64_t later(std::uint64_t clock, std::uint64_t milliseconds) noexcept {
  return milliseconds > never_ms - clock ? never_ms : clock + milliseconds;
}

}  // namespace bulletin::authority
