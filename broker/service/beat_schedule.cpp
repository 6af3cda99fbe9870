#include "service/beat_schedule.hpp"

#include <algorithm>

namespace bulletin::service {
namespace {

/// An interval has so many grains; beats that fall into one share a wake-up.
constexpr int grains = 64;

}  // namespace

BeatSchedule::BeatSchedule(std::chrono::milliseconds interval, std::uint64_t hash_seed)
    : interval_(interval),
      grain_(std::max(interval_ / grains, std::chrono::steady_clock::duration(1))),
      members_(0, HashOfText(hash_seed)) {}

bool BeatSchedule::add(std::string_view space, Time now) {
  if (contains(space)) return false;
  members_.emplace(members_.hash_function()(space),
                   queue_.insert(queue_.end(), {after(now), std::string(space)}));
  return true;
}

bool BeatSchedule::remove(std::string_view space) {
  const auto member = members_.find(space);
  if (member == members_.end()) return false;
  const Queue::iterator place = member->pointer;
  members_.erase(member);
  queue_.erase(place);
  return true;
}

std::optional<BeatSchedule::Time> BeatSchedule::next() const {
  if (members_.empty()) return std::nullopt;
  return std::max(queue_.front().due, next_pass_);
}

BeatSchedule::Time BeatSchedule::after(Time now) const {
  const auto due = (now + interval_).time_since_epoch();
  return Time(due - due % grain_);
}

std::size_t BeatSchedule::fair_part() const noexcept {
  // Somewhat more than an even share, so that those that became due together drift apart.
  return 8 + members_.size() / (grains * 3 / 4);
}

}  // namespace bulletin::service
