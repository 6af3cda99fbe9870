// Keeps what a watch is told.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/await.hpp"

namespace bulletin::test {

/// A Change that outlives its callback.
struct Told {
  std::string name;
  std::optional<Value> value;
  Revision revision;
  std::uint64_t skipped = 0;
  bool resynced = false;
  bool last = false;
};

/// Lives longer than the subscriptions made with its `watcher()`.
class Recorder {
 public:
  Watcher watcher() {
    return [this](const Change& change) { add(change); };
  }

  void add(const Change& change) {
    std::scoped_lock lock(mutex_);
    told_.push_back({std::string(change.name),
                     change.value == nullptr ? std::nullopt : std::optional(*change.value),
                     change.revision, change.skipped, change.resynced, change.last});
  }

  std::vector<Told> all() const {
    std::scoped_lock lock(mutex_);
    return told_;
  }

  std::size_t count() const {
    std::scoped_lock lock(mutex_);
    return told_.size();
  }

  /// Waits for so many changes, and returns all that came.
  std::vector<Told> wait_for(std::size_t count) const {
    await([&] { return this->count() >= count; });
    return all();
  }

  /// Waits until the newest change of the name has this value (nullopt: removed), and returns all.
  std::vector<Told> wait_for(const std::string& name, const std::optional<Value>& value) const {
    await([&] {
      std::scoped_lock lock(mutex_);
      for (auto told = told_.rbegin(); told != told_.rend(); ++told) {
        if (told->name == name) return told->value == value;
      }
      return false;
    });
    return all();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Told> told_;
};

}  // namespace bulletin::test
