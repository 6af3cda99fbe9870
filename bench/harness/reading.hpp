// Times reads of nanoseconds: many together, on one or more threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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

/// Each sample is the mean of a batch: the clock takes longer than a read. `read` is called by all
/// the threads at once.
template <class Read>
Round timed_reads(std::size_t threads, std::size_t batches, Read read) {
  constexpr int batch = 2000;
  std::vector<std::vector<std::int64_t>> taken(threads);
  std::atomic<std::size_t> ready{0};
  {
    std::vector<std::jthread> running;
    for (auto& samples : taken) {
      running.emplace_back([&, batches] {
        samples.reserve(batches);
        ++ready;
        while (ready != threads) std::this_thread::yield();
        for (std::size_t i = 0; i != batches; ++i) {
          const std::int64_t begin = now_ns();
          for (int k = 0; k != batch; ++k) read();
          samples.push_back(now_ns() - begin);
        }
      });
    }
  }
  std::vector<std::int64_t> all;
  for (const auto& samples : taken) all.insert(all.end(), samples.begin(), samples.end());
  Round round = round_of(std::move(all));
  for (double& value : round.latency.values) value /= batch;
  round.figure /= batch;
  round.samples *= batch;
  return round;
}

}  // namespace bulletin::bench
