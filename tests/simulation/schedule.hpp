// The world's clock, and what will happen when.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace bulletin::simulation {

/// Microseconds since the beginning of the world.
using Time = std::uint64_t;

inline constexpr Time millisecond = 1000;

/// Things that happen at the same time happen in the order in which they were scheduled.
class Schedule {
 public:
  using Action = std::function<void()>;

  [[nodiscard]] Time now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t now_ms() const noexcept { return now_ / millisecond; }

  void at(Time time, Action action);
  void after(Time delay, Action action) { at(now_ + delay, std::move(action)); }

  /// Does everything that is due up to then, and then it is then.
  void run_until(Time time);

  /// How many things have happened.
  [[nodiscard]] std::uint64_t happened() const noexcept { return happened_; }

 private:
  struct Event {
    Time time = 0;
    std::uint64_t order = 0;
    Action action;
  };
  static bool later(const Event& left, const Event& right) noexcept;

  Time now_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t happened_ = 0;
  std::vector<Event> heap_;
};

}  // namespace bulletin::simulation
