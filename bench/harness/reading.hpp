// Times reads of nanoseconds: many together, on one or more threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "harness/contender.hpp"

namespace bulletin::bench {

/// How a scenario reads.
struct Readers {
  std::size_t threads = 1;
  bool writer = false;  ///< changes what is read, meanwhile
};

/// Keeps the compiler from leaving a read out.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

/// How long so many reads take. On a place of its own: where the loop begins is decided by nothing
/// but itself. (On a boundary of 64 bytes a typed read takes 0.95 ns here, elsewhere 0.57.)
template <class Read>
[[gnu::noinline, gnu::aligned(64)]] std::int64_t time_of(std::int64_t reads, const Read& read) {
  const std::int64_t begin = now_ns();
  for (std::int64_t k = 0; k != reads; ++k) read();
  return now_ns() - begin;
}

/// Reads that take about as long together as this, much longer than the clock takes, and much
/// shorter than the time between two moments at which another thread takes the processor.
template <class Read>
std::int64_t reads_in_a_sample(const Read& read) {
  constexpr std::int64_t enough_ns = 4000;
  constexpr int tries = 5;  // the first is slower, and any may be interrupted
  for (std::int64_t reads = 1;; reads *= 2) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i != tries; ++i) least = std::min(least, time_of(reads, read));
    if (least >= enough_ns) return reads;
  }
}

/// Each sample is the mean of some. All threads read at once, each with a copy of `read`.
template <class Read>
Round timed_reads(std::size_t threads, Read read) {
  constexpr std::size_t samples_of_thread = 10'000;
  const std::int64_t reads = reads_in_a_sample(read);
  std::vector<std::vector<std::int64_t>> taken(threads);
  std::atomic<std::size_t> ready{0};
  {
    std::vector<std::jthread> running;
    for (auto& samples : taken) {
      running.emplace_back([&, reads, read] {  // a copy of its own: its way to it is not measured
        samples.reserve(samples_of_thread);
        ++ready;
        while (ready != threads) std::this_thread::yield();
        while (samples.size() != samples_of_thread) samples.push_back(time_of(reads, read));
      });
    }
  }
  std::vector<std::int64_t> all;
  for (const auto& samples : taken) all.insert(all.end(), samples.begin(), samples.end());
  Round round = round_of(std::move(all));
  for (double& value : round.latency.values) value /= static_cast<double>(reads);
  round.figure /= static_cast<double>(reads);
  round.samples *= static_cast<std::size_t>(reads);
  return round;
}

}  // namespace bulletin::bench
