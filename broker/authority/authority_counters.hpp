// The numbers of an authority that belong to no table.
#pragma once

#include <cstdint>

#include "authority/extent.hpp"
#include "authority/time_points.hpp"

namespace bulletin::authority {

struct AuthorityCounters {
  std::uint64_t revision = 0;   ///< the newest number given
  std::uint64_t clock_ms = 0;   ///< the running clock
  std::uint64_t late_ms = 0;    ///< of the command at hand
  std::uint64_t forgotten = 0;  ///< the number at which a namespace was last forgotten
  Extent total;                 ///< of all namespaces

  /// Where what begins now begins.
  [[nodiscard]] std::uint64_t now_ms() const noexcept { return later(clock_ms, late_ms); }
};

}  // namespace bulletin::authority
