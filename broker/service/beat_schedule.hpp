// Which namespace beats when.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_set.h>

#include "service/text_hash.hpp"

namespace bulletin::service {

/// Every namespace that somebody subscribes to beats once an interval. Pure: time is an argument.
class BeatSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  BeatSchedule(std::chrono::milliseconds interval, std::uint64_t hash_seed);

  /// The first beat is due one interval from now. False if it was there already.
  bool add(std::string_view space, Time now);
  /// False if it was not there.
  bool remove(std::string_view space);
  bool contains(std::string_view space) const { return members_.contains(space); }
  std::size_t size() const noexcept { return members_.size(); }
  /// Calls `visit(const std::string&)` for each, in no order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const Member& member : queue_) visit(member.text);
  }

  /// When `pass` has something to do.
  std::optional<Time> next() const;

  /// Calls `beat(std::string_view)` for the namespaces that are due, but in one grain of time only
  /// for their fair part, and not for many at once: beats that come all at once overflow the
  /// readers' queues, the same ones would be lost again and again, and requests would wait for
  /// them. Each is due again an interval from now; those left over are due still. `beat` may not
  /// add or remove.
  template <class Beat>
  void pass(Time now, Beat&& beat) {
    if (now < next_pass_ || queue_.empty() || queue_.front().due > now) return;
    const std::size_t part = fair_part();
    const std::size_t at_once = std::min(part, most_at_once);
    next_pass_ = now + grain_ * at_once / part;
    for (std::size_t left = at_once; left > 0 && !queue_.empty() && queue_.front().due <= now;
         --left) {
      Member& member = queue_.front();
      beat(std::string_view(member.text));
      member.due = after(now);
      queue_.splice(queue_.end(), queue_, queue_.begin());
    }
  }

 private:
  static constexpr std::size_t most_at_once = 100;

  struct Member {
    Time due;
    const std::string text;  // the namespace
  };
  using Queue = std::list<Member>;

  Time after(Time now) const;
  std::size_t fair_part() const noexcept;

  std::chrono::steady_clock::duration interval_;
  std::chrono::steady_clock::duration grain_;
  Time next_pass_{};
  Queue queue_;  // the interval is the same for all, so that it is in order of time
  absl::flat_hash_set<Hashed<Queue::iterator>, HashOfText, SameText> members_;
};

}  // namespace bulletin::service
