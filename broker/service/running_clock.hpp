// How much time the authority is told of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace bulletin::service {

/// Turns the rim's clock into Advance commands. Pure: time is an argument. The authority's clock
/// may lag behind: time in which the broker itself was away, stopped or overloaded, is told up to
/// one beat and otherwise never was, so that nobody expires for it. For the same reason it stands
/// while requests are left unread, as a renewal may be among them; but a flood does not stop it.
///
/// What a client was promised for a time ends never before it, counted from the moment when the
/// client is answered, and at most a tenth of a beat after it (100 ms; a few milliseconds, if beats
/// are short). So what begins with a command begins late: by what the clock lags, and a margin in
/// which the answer arrives. What takes longer than the margin is made up for (`delay`).
class RunningClock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  RunningClock(std::chrono::milliseconds beat, Time now)
      : step_(std::clamp(beat / 10, std::chrono::milliseconds(1), std::chrono::milliseconds(100))),
        most_(beat),
        margin_(std::min<Duration>(beat, longest_beat) / 20),
        grain_(margin_ / 2),
        told_(now) {}

  /// The turns in a row with requests left unread that the clock stands for. Each takes a request
  /// of every client that has some, if they are less than a thousand.
  static constexpr int patient_turns = 16;

  /// The milliseconds to advance by now; 0: not yet. `drained`: all requests were read. `due`: by
  /// how much the clock has to advance for something to end, if anything does.
  std::uint64_t advance(Time now, bool drained, std::optional<std::uint64_t> due) {
    if (!drained && ++undrained_ <= patient_turns) return 0;
    undrained_ = 0;
    const auto passed = std::chrono::floor<std::chrono::milliseconds>(now - told_);
    if (passed < step(due)) return 0;
    if (passed > most_) {
      told_ = now;
      return static_cast<std::uint64_t>(most_.count());
    }
    told_ += passed;
    return static_cast<std::uint64_t>(passed.count());
  }

  /// When there is something to advance.
  Time next(std::optional<std::uint64_t> due) const noexcept { return told_ + step(due); }

  /// `Command::late_ms` of a command that is decided now. In grains, so that a session whose
  /// requests come fast is not given another deadline by each.
  std::uint64_t late_ms(Time now) const noexcept {
    const Duration lag = std::clamp<Duration>(now - told_, Duration::zero(), most_);
    const Duration grains = (lag / grain_ + 1) * grain_;
    return whole_ms(grains + margin_);
  }

  /// What a turn that was decided at `decided` and is answered now has to be committed late by.
  std::uint64_t delay_ms(Time decided, Time now) const noexcept {
    const Duration delay = now - decided;
    return delay <= margin_ / 2 ? 0 : whole_ms(std::min<Duration>(delay, most_));
  }

  /// The time until now never was.
  void skip_to(Time now) noexcept { told_ = now; }

 private:
  /// Longer ones change nothing here.
  static constexpr std::chrono::seconds longest_beat{1};

  static std::uint64_t whole_ms(Duration time) noexcept {
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
  }

  std::chrono::milliseconds step(std::optional<std::uint64_t> due) const noexcept {
    if (!due || *due >= static_cast<std::uint64_t>(step_.count())) return step_;
    return std::chrono::milliseconds(std::max<std::uint64_t>(*due, 1));
  }

  std::chrono::milliseconds step_;
  std::chrono::milliseconds most_;
  Duration margin_;
  Duration grain_;
  Time told_;
  int undrained_ = 0;
};

}  // namespace bulletin::service
