// Writers, readers and watchers that are kept busy.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "durability/history.hpp"

namespace bulletin::durability {

/// What threads wait for between two calls.
class Stop {
 public:
  /// True: it is time to end.
  bool within(std::chrono::microseconds pause) {
    std::unique_lock lock(mutex_);
    return raised_.wait_for(lock, pause, [this] { return stopping_; });
  }
  void raise() {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    raised_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable raised_;
  bool stopping_ = false;
};

/// Where a load plays, so that the next one meets nothing of it.
struct Place {
  std::vector<std::string> endpoints;  ///< of the broker, for one client after the other
  std::string suffix;

  [[nodiscard]] const std::string& endpoint(unsigned client) const {
    return endpoints[client % endpoints.size()];
  }

  [[nodiscard]] std::string registers() const { return "registers/" + suffix; }
  [[nodiscard]] std::string counters() const { return "counters/" + suffix; }
};

class Load {
 public:
  Load(Place place, std::uint64_t seed, History& history);
  /// Ends all, and waits until every call has an outcome.
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  const Place place_;
  Stop stop_;
  std::vector<std::thread> threads_;
};

/// What there is in the end, by a client that was not there before.
void look_at_the_end(const Place& place, History& history);

}  // namespace bulletin::durability
