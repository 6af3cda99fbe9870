// What is done to the broker and the lines to it, taken down as it is done.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "durability/history.hpp"

namespace bulletin::durability {

/// Any thread.
class Schedule {
 public:
  void tell(std::string what) {
    const std::scoped_lock lock(mutex_);
    events_.push_back({now(), std::move(what)});
  }
  /// What was told since the last time.
  std::vector<Event> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
};

}  // namespace bulletin::durability
