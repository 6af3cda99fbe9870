// How much time the authority is told of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bulletin::server {

/// Turns the rim's clock into Advance commands. Pure: time is an argument. The authority's clock
/// may lag behind: time in which the broker itself was away, stopped or overloaded, is told up to
/// one beat and otherwise never was, so that nobody expires for it.
class RunningClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RunningClock(std::chrono::milliseconds beat, Time now)
      : step_(std::clamp(beat / 10, std::chrono::milliseconds(1), std::chrono::milliseconds(100))),
        most_(beat),
        told_(now) {}

  /// The milliseconds to advance by now; 0: not yet.
  std::uint64_t advance(Time now) {
    const auto passed = std::chrono::floor<std::chrono::milliseconds>(now - told_);
    if (passed < step_) return 0;
    if (passed > most_) {
      told_ = now;
      return static_cast<std::uint64_t>(most_.count());
    }
    told_ += passed;
    return static_cast<std::uint64_t>(passed.count());
  }

  /// When there is something to advance.
  Time next() const noexcept { return told_ + step_; }

 private:
  std::chrono::milliseconds step_;
  std::chrono::milliseconds most_;
  Time told_;
};

}  // namespace bulletin::server
