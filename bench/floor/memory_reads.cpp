// Reads of plain memory.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "floor/floor.hpp"
#include "harness/reading.hpp"

namespace bulletin::bench {
namespace {

Round read_atomic(std::size_t threads) {
  static std::atomic<double> value{1.5};
  return timed_reads(threads, [] { keep(value.load(std::memory_order_acquire)); });
}

Round read_seqlock(std::size_t threads) {
  static std::atomic<std::uint64_t> sequence{2};
  static std::atomic<double> value{1.5};
  static std::atomic<std::uint64_t> revision{7};
  return timed_reads(threads, [] {
    std::uint64_t before = 0;
    double read = 0;
    do {
      before = sequence.load(std::memory_order_acquire);
      read = value.load(std::memory_order_acquire);
      keep(revision.load(std::memory_order_acquire));
    } while (sequence.load(std::memory_order_relaxed) != before);
    keep(read);
  });
}

std::unordered_map<std::string, double> many() {
  std::unordered_map<std::string, double> all;
  for (int i = 0; i != 10'000; ++i) all.emplace("plant/line1/sensor" + std::to_string(i), 0.5 * i);
  return all;
}

Round read_map(std::size_t threads) {
  static std::mutex mutex;
  static const auto map = many();
  const std::string name = "plant/line1/sensor7";
  return timed_reads(threads, [&] {
    std::scoped_lock lock(mutex);
    keep(map.find(name)->second);
  });
}

Way reads(std::string name, std::size_t threads, Round (*read)(std::size_t)) {
  return way<Measured>(std::move(name), Kind::limit, [=] { return read(threads); });
}

}  // namespace

Way atomic_load(std::size_t threads) { return reads("atomic load", threads, read_atomic); }
Way seqlock(std::size_t threads) { return reads("seqlock", threads, read_seqlock); }
Way mutex_and_map(std::size_t threads) { return reads("mutex and map", threads, read_map); }

}  // namespace bulletin::bench
