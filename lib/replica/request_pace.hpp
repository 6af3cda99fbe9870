// How often a client asks because of what a broker told.
#pragma once

#include <algorithm>
#include <cstdint>

namespace bulletin::replica {

/// A few requests at once, then one each 20 ms: enough for every honest reason to ask, and no
/// broker can make a client ask without pause.
class RequestPace {
 public:
  static constexpr std::uint64_t interval_ms = 20;
  static constexpr std::uint64_t few = 4;

  /// From when on the next request may be made. `burst`: how many may be made at once; at least 1.
  [[nodiscard]] std::uint64_t ready_ms(std::uint64_t burst = few) const noexcept {
    const std::uint64_t credit_ms = (burst - 1) * interval_ms;
    return paid_until_ms_ - std::min(paid_until_ms_, credit_ms);
  }
  void asked(std::uint64_t now_ms) noexcept {
    paid_until_ms_ = std::max(paid_until_ms_, now_ms) + interval_ms;
  }

 private:
  std::uint64_t paid_until_ms_ = 0;  // each request takes its interval from here
};

}  // namespace bulletin::replica
