#include "simulation/schedule.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bulletin::simulation {

bool Schedule::later(const Event& left, const Event& right) noexcept {
  return std::tie(left.time, left.order) > std::tie(right.time, right.order);
}

void Schedule::at(Time time, Action action) {
  heap_.push_back({std::max(time, now_), orders_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void Schedule::run_until(Time time) {
  while (!heap_.empty() && heap_.front().time <= time) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.time;
    ++happened_;
    event.action();
  }
  now_ = std::max(now_, time);
}

}  // namespace bulletin::simulation
