// Repeats something at a pace.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harness/contender.hpp"
#include "harness/far_end.hpp"

namespace bulletin::bench {

template <class Once>
void repeat(const Pace& pace, Once once) {
  for (std::size_t i = 0; i != pace.samples; ++i) {
    if (pace.pause.count() != 0) std::this_thread::sleep_for(pace.pause);
    once();
  }
}

/// How long each repetition took.
template <class Once>
Round timed(const Pace& pace, Once once) {
  std::vector<std::int64_t> samples;
  samples.reserve(pace.samples);
  const std::int64_t start = now_ns();
  repeat(pace, [&] {
    const std::int64_t begin = now_ns();
    once();
    samples.push_back(now_ns() - begin);
  });
  return round_of(std::move(samples), static_cast<double>(now_ns() - start) / 1e9);
}

/// How long it takes until a process with `role`, which has `Arrivals`, has what `send` sent.
class Propagation {
 public:
  using Send = std::function<void(std::int64_t)>;

  Propagation(const Setting& setting, Send send, const std::string& role,
              const std::vector<std::string>& arguments)
      : pace_(setting.pace), send_(std::move(send)), far_end_(setting, role, arguments) {
    for (int i = 0; i != 100; ++i) {  // until it has subscribed, and one has come through
      send_(warm_up);
      if (!far_end_.line(std::chrono::milliseconds(100))) continue;
      static_cast<void>(end());
      return;
    }
    throw std::runtime_error("nothing reaches the process with the role '" + role + "'");
  }

  /// Once more if the far end had no processor in all that time.
  Round round() {
    for (;;) {
      send_(warm_up);
      if (const std::string said = far_end_.line(); said != ready)
        throw std::runtime_error("the far end should be ready, and says '" + said + "'");
      repeat(pace_, [&] { send_(now_ns()); });
      if (Round round = end(); round.samples != 0) return round;
    }
  }

 private:
  /// It may be ready as often as it was asked.
  Round end() {
    send_(end_of_round);
    std::string said = far_end_.line();
    while (said == ready) said = far_end_.line();
    return Round::of_text(said);
  }

  const Pace pace_;
  const Send send_;
  FarEnd far_end_;
};

}  // namespace bulletin::bench
