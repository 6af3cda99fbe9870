// How much time the authority is told of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bulletin::server {

/// Turns the rim's clock into Advance commands. Pure: time is an argument. The authority's clock
/// may lag behind: time in which the broker itself was away, stopped or overloaded, is told up to
/// one beat and otherwise never was, so that nobody expires for it. For the same reason it stands
/// while requests are left unread, as a renewal may be among them; but a flood does not stop it.
class RunningClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RunningClock(std::chrono::milliseconds beat, Time now)
      : step_(std::clamp(beat / 10, std::chrono::milliseconds(1), std::chrono::milliseconds(100))),
        most_(beat),
        told_(now) {}

  /// The turns in a row with requests left unread that the clock stands for. Each takes a request
  /// of every client that has some, if they are less than a thousand.
  static constexpr int patient_turns = 16;

  /// The milliseconds to advance by now; 0: not yet. `drained`: all requests were read.
  std::uint64_t advance(Time now, bool drained) {
    if (!drained && ++undrained_ <= patient_turns) return 0;
    undrained_ = 0;
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
  int undrained_ = 0;
};

}  // namespace bulletin::server
