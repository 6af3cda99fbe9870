// Which namespace beats when.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_set.h>

#include "server/text_hash.hpp"

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
  /// Calls `visit(const std::string&)` for each, in no order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const Member* const member : members_) visit(member->text);
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
    std::size_t looks = most_looks;
    for (std::size_t left = at_once; left > 0 && !queue_.empty() && queue_.front().due <= now;) {
      if (looks-- == 0) {
        next_pass_ = now;
        return;
      }
      Entry entry = std::move(queue_.front());
      queue_.pop_front();
      if (entry.member->removed) {
        --removed_;
        continue;
      }
      beat(std::string_view(entry.member->text));
      entry.due = after(now);
      queue_.push_back(std::move(entry));
      --left;
    }
  }

 private:
  static constexpr std::size_t most_at_once = 100;
  /// Very many may have been removed at once; the next pass, which is due then, goes on.
  static constexpr std::size_t most_looks = 4096;

  struct Member {
    const std::string text;  // the namespace
    bool removed = false;
  };
  struct Entry {
    Time due;
    std::unique_ptr<Member> member;
  };

  void drop_removed();
  Time after(Time now) const;
  std::size_t fair_part() const noexcept;

  std::chrono::steady_clock::duration interval_;
  std::chrono::steady_clock::duration grain_;
  Time next_pass_{};
  // The interval is the same for all, so that a queue is ordered by time. An entry that was removed
  // stays until it is due, or until there are more of those than of others.
  std::deque<Entry> queue_;
  std::size_t removed_ = 0;
  absl::flat_hash_set<Member*, HashOfText, SameText> members_;
};

}  // namespace bulletin::server
