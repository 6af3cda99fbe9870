// Wakes one actor of the world.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "simulation/schedule.hpp"

namespace bulletin::simulation {

/// Rings once, at the earliest of the times that were asked for; never after its end.
class Alarm {
 public:
  Alarm(Schedule& schedule, std::function<void()> ring)
      : schedule_(schedule), ring_(std::move(ring)) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() { *alive_ = false; }

  void at(Time time) {
    if (next_ && *next_ <= time) return;
    next_ = time;
    schedule_.at(time, [this, time, alive = alive_] {
      if (!*alive || next_ != time) return;
      next_.reset();
      ring_();
    });
  }

 private:
  Schedule& schedule_;
  std::function<void()> ring_;
  std::optional<Time> next_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bulletin::simulation
