// Which namespace beats when.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_map.h>

#include "wire/digest.hpp"

namespace bulletin::server {

/// Every namespace that somebody subscribes to beats once an interval. Pure: time is an argument.
class BeatSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit BeatSchedule(std::chrono::milliseconds interval);

  /// The first beat is due one interval from now. False if it was there already.
  bool add(std::string_view space, Time now);
  /// False if it was not there.
  bool remove(std::string_view space);
  bool contains(std::string_view space) const { return members_.contains(space); }
  std::size_t size() const noexcept { return members_.size(); }

  /// When the next beat is due.
  std::optional<Time> next() const;

  /// Calls `beat(std::string_view)` for at most `most` namespaces that are due; each is due again
  /// an interval from now. Those left over are due still. `beat` may not add or remove.
  template <class Beat>
  void pass(Time now, std::size_t most, Beat&& beat) {
    for (; most > 0 && !queue_.empty() && queue_.front().due <= now; --most) {
      Entry entry = std::move(queue_.front());
      queue_.pop_front();
      if (!is_current(entry)) continue;
      beat(std::string_view(entry.space));
      entry.due = after(now);
      queue_.push_back(std::move(entry));
    }
  }

 private:
  struct Entry {
    Time due;
    std::uint64_t ticket = 0;
    std::string space;
  };

  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return wire::name_hash(name); }
  };

  bool is_current(const Entry& entry) const;
  Time after(Time now) const;

  std::chrono::steady_clock::duration interval_;
  std::chrono::steady_clock::duration grain_;
  std::uint64_t tickets_ = 0;
  // The interval is the same for all, so that a queue is ordered by time. An entry that was removed
  // stays until it is due; its ticket is not the member's then.
  std::deque<Entry> queue_;
  absl::flat_hash_map<std::string, std::uint64_t, NameHash, std::equal_to<>> members_;
};

}  // namespace bulletin::server
