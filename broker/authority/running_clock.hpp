// Points on the running clock, in milliseconds.
#pragma once

#include <cstdint>
#include <limits>

namespace bulletin::authority {

/// Numbers do not wrap around: what is that far away never comes.
constexpr std::uint64_t later(std::uint64_t clock, std::uint64_t milliseconds) noexcept {
  constexpr auto never = std::numeric_limits<std::uint64_t>::max();
  return milliseconds > never - clock ? never : clock + milliseconds;
}

}  // namespace bulletin::authority
