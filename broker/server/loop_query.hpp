// Something that another thread asks of the broker's loop.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace bulletin::server {

/// One answer is for all who wait by then.
class LoopQuery {
 public:
  /// Any thread but the loop's. `wake` has the loop look. Nothing: it has not answered in time.
  template <class Wake>
  std::optional<std::string> ask(Wake&& wake, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const std::uint64_t before = answers_;
    asked_.store(true, std::memory_order_release);
    wake();
    if (!answered_.wait_for(lock, patience, [&] { return answers_ != before; }))
      return std::nullopt;
    return answer_;
  }

  /// The loop: somebody waits, and what he did before he asked can be seen.
  [[nodiscard]] bool asked() const noexcept { return asked_.load(std::memory_order_acquire); }
  void answer(std::string text) {
    const std::scoped_lock lock(mutex_);
    asked_.store(false, std::memory_order_relaxed);
    answer_ = std::move(text);
    ++answers_;
    answered_.notify_all();
  }

 private:
  std::atomic<bool> asked_ = false;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::string answer_;
  std::uint64_t answers_ = 0;
};

}  // namespace bulletin::server
