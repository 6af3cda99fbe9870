// What telling the maker of each change by a std::future of its own costs, with nothing else done.

#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "floor/floor.hpp"

namespace bulletin::bench {
namespace {

/// A thread that keeps the promises of another: all that have come, under one lock.
class Keeper {
 public:
  std::future<std::uint64_t> add() {
    std::promise<std::uint64_t> promise;
    std::future<std::uint64_t> future = promise.get_future();
    const std::scoped_lock lock(mutex_);
    if (promises_.empty()) come_.notify_one();
    promises_.push_back(std::move(promise));
    return future;
  }

 private:
  void run(const std::stop_token& stopping) {
    std::vector<std::promise<std::uint64_t>> taken;
    std::uint64_t kept = 0;
    std::unique_lock lock(mutex_);
    while (come_.wait(lock, stopping, [&] { return !promises_.empty(); })) {
      taken.swap(promises_);
      lock.unlock();
      for (auto& promise : taken) promise.set_value(++kept);
      taken.clear();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any come_;
  std::vector<std::promise<std::uint64_t>> promises_;
  std::jthread thread_{[this](const std::stop_token& stopping) { run(stopping); }};
};

Round keep_promises(std::size_t count) {
  Keeper keeper;
  std::future<std::uint64_t> last;
  const std::int64_t begin = now_ns();
  for (std::size_t i = 0; i != count; ++i) last = keeper.add();
  last.get();
  return rate_of(count, static_cast<double>(now_ns() - begin) / 1e9);
}

}  // namespace

Way promises(std::size_t count) {
  return way<Measured>("a std::future for each", Kind::limit, [=] { return keep_promises(count); });
}

}  // namespace bulletin::bench
