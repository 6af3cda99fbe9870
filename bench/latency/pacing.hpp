// Repeats something at a pace.
#pragma once

#include <cstdint>
#include <thread>

#include "latency/contender.hpp"

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
Percentiles timed(const Pace& pace, Once once) {
  std::vector<std::int64_t> samples;
  samples.reserve(pace.samples);
  repeat(pace, [&] {
    const std::int64_t begin = now_ns();
    once();
    samples.push_back(now_ns() - begin);
  });
  return percentiles_of(std::move(samples));
}

}  // namespace bulletin::bench
