// Keeps what a log hook is told.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <bulletin/log.hpp>

#include "support/await.hpp"
#include "support/catch.hpp"

namespace bulletin::test {

class LogRecorder {
 public:
  LogHook hook() const {
    return [kept = kept_](const LogEntry& entry) {
      const std::scoped_lock lock(kept->mutex);
      kept->entries.push_back(entry);
    };
  }

  std::vector<LogEntry> all() const {
    const std::scoped_lock lock(kept_->mutex);
    return kept_->entries;
  }

  /// The first entry of the event, which is waited for.
  LogEntry wait_for(const std::string& event) const {
    LogEntry found;
    const bool there = await([&] {
      for (const LogEntry& entry : all()) {
        if (entry.event == event) return found = entry, true;
      }
      return false;
    });
    CAPTURE(event);
    REQUIRE(there);
    return found;
  }

 private:
  struct Kept {
    std::mutex mutex;
    std::vector<LogEntry> entries;  // guarded by mutex
  };
  const std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

inline bool has(const LogEntry& entry, const std::string& part) {
  UNSCOPED_INFO(entry.text);
  return entry.text.find(part) != std::string::npos;
}

}  // namespace bulletin::test
