// How much the broker may wait for slow readers.
#pragma once

#include <algorithm>
#include <chrono>

namespace bulletin::server {

/// A little at once, and a hundredth of the time overall: readers that are only a moment behind are
/// waited for, and one that stands still delays nobody noticeably. Pure: time is an argument.
class WaitBudget {
 public:
  using Duration = std::chrono::steady_clock::duration;
  using Time = std::chrono::steady_clock::time_point;

  static constexpr Duration most_at_once = std::chrono::milliseconds(2);
  static constexpr Duration most_saved = std::chrono::milliseconds(10);
  static constexpr int share = 100;  ///< one part in so many of the time that passes

  explicit WaitBudget(Time now) : saved_(most_saved), counted_(now) {}

  /// How long to wait at most, from now on.
  Duration allowance(Time now) {
    saved_ = std::min(saved_ + (now - counted_) / share, most_saved);
    counted_ = now;
    return std::min(saved_, most_at_once);
  }

  void spend(Duration waited) { saved_ = std::max(saved_ - waited, Duration::zero()); }

 private:
  Duration saved_;
  Time counted_;
};

}  // namespace bulletin::server
