// How many requests are taken at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace bulletin::server {

/// Requests that come after a batch wait for all of it, whoever has sent it. So a batch becomes
/// larger only while it is cheap, and smaller when it was not: what is expensive is taken in small
/// portions, between which everybody has a turn (Network takes from each connection in turn). Pure:
/// time is an argument.
class BatchSize {
 public:
  using Duration = std::chrono::steady_clock::duration;

  static constexpr std::size_t least = 1;
  static constexpr std::size_t first = 64;
  static constexpr std::size_t most = 1000;
  static constexpr Duration long_time = std::chrono::microseconds(200);

  [[nodiscard]] std::size_t get() const noexcept { return size_; }

  /// So many requests took so long.
  void took(std::size_t requests, Duration time) noexcept {
    if (time > long_time) {
      size_ = std::max(std::min(size_, requests) / 2, least);
    } else if (requests == size_ && time < long_time / 2) {
      size_ = std::min(size_ * 2, most);
    } else if (size_ > first && requests < first) {
      size_ = first;  // it is quiet: what comes next may be of another kind
    }
  }

 private:
  std::size_t size_ = first;
};

}  // namespace bulletin::server
