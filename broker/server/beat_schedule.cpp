#include "server/beat_schedule.hpp"

#include <algorithm>

namespace bulletin::server {
namespace {

/// An interval has so many grains; beats that fall into one share a wake-up.
constexpr int grains = 64;

}  // namespace

BeatSchedule::BeatSchedule(std::chrono::milliseconds interval)
    : interval_(interval),
      grain_(std::max(interval_ / grains, std::chrono::steady_clock::duration(1))) {}

bool BeatSchedule::add(std::string_view space, Time now) {
  const auto [member, added] = members_.try_emplace(std::string(space), tickets_ + 1);
  if (!added) return false;
  ++tickets_;
  queue_.push_back({after(now), member->second, member->first});
  return true;
}

bool BeatSchedule::remove(std::string_view space) {
  const auto member = members_.find(space);
  if (member == members_.end()) return false;
  members_.erase(member);
  return true;
}

std::optional<BeatSchedule::Time> BeatSchedule::next() const {
  if (members_.empty()) return std::nullopt;
  return std::max(queue_.front().due, next_pass_);
}

bool BeatSchedule::is_current(const Entry& entry) const {
  const auto member = members_.find(entry.space);
  return member != members_.end() && member->second == entry.ticket;
}

BeatSchedule::Time BeatSchedule::after(Time now) const {
  const auto due = (now + interval_).time_since_epoch();
  return Time(due - due % grain_);
}

std::size_t BeatSchedule::fair_part() const noexcept {
  // Somewhat more than an even share, so that those that became due together drift apart.
  return 8 + members_.size() / (grains * 3 / 4);
}

}  // namespace bulletin::server
