// When to tell of a count that grows.
#pragma once

#include <chrono>
#include <cstdint>

namespace bulletin::server {

/// At once, and then at most once in ten seconds: a flood of what is counted makes no flood of the
/// log. Pure: time is an argument.
class LogThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds interval{10};

  /// True: tell it now.
  bool should_log(std::uint64_t count, Time now) noexcept {
    if (count == told_ || (told_ != 0 && now - told_at_ < interval)) return false;
    told_ = count;
    told_at_ = now;
    return true;
  }

 private:
  std::uint64_t told_ = 0;
  Time told_at_{};
};

}  // namespace bulletin::server
