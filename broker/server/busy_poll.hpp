// Whether a loop that found nothing looks again at once, or sleeps.
#pragma once

#include <algorithm>
#include <chrono>

namespace bulletin::server {

/// To wake a sleeper takes longer than to be looked for, so what is expected shortly is awaited
/// awake: as long as what arrives has lately come within `longest` of the end of the work before,
/// however long that took (the disk may have been waited for). A pause
/// weighs as much as a few arrivals, so whoever asks now and then finds a sleeper. Pure: time is an
/// argument.
class BusyPoll {
 public:
  using Duration = std::chrono::steady_clock::duration;
  using Time = std::chrono::steady_clock::time_point;

  /// 0: always sleeps.
  explicit BusyPoll(Duration longest) noexcept
      : longest_(longest), pause_(4 * longest), gap_(pause_) {}

  /// Something had arrived by `begin`, and was dealt with by `end`.
  void found(Time begin, Time end) noexcept {
    gap_ = (3 * gap_ + std::min(begin - done_, pause_)) / 4;
    done_ = end;
  }

  /// Nothing has: true to look again.
  [[nodiscard]] bool again(Time now) const noexcept {
    return gap_ <= longest_ && now - done_ < longest_;
  }

 private:
  const Duration longest_;
  const Duration pause_;  // longer ones weigh as this
  Duration gap_;          // from the end of the work to the next arrival, smoothed
  Time done_{};
};

}  // namespace bulletin::server
