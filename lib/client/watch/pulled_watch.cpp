#include "client/watch/pulled_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include <bulletin/error.hpp>

#include "client/system/fork.hpp"

namespace bulletin::detail {

PulledWatch::PulledWatch(std::uint64_t space, std::optional<std::string> name,
                         const WatchOptions& options)
    : generation(client::generation()),
      space(space),
      name(std::move(name)),
      interval_(options.interval),
      waiting_(options.bytes) {}

PulledWatch::~PulledWatch() {
  if (timer_ >= 0) ::close(timer_);
}

void PulledWatch::begin(client::QueuedBatch first) {
  const std::scoped_lock lock(mutex_);
  taken_ = std::move(first);
}

void PulledWatch::push(const replica::ChangeBatch& batch) {
  replica::ChangeBatch wanted{batch.revision, batch.resynced, batch.skipped, {}};
  if (name) {
    std::copy_if(batch.changes.begin(), batch.changes.end(), std::back_inserter(wanted.changes),
                 [&](const replica::AttributeChange& change) { return change.name == *name; });
    if (wanted.changes.empty() && wanted.skipped == 0) return;
  }
  const std::scoped_lock lock(mutex_);
  waiting_.push(space, name ? wanted : batch);
  if (interval_.count() != 0) waiting_.merge();
  signal();
  changed_.notify_one();
}

void PulledWatch::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  signal();
  changed_.notify_all();
}

// A batch may tell of skipped changes only: then the next change says how many.
void PulledWatch::take() {
  taken_ = waiting_.pop();
  next_ = 0;
  due_ = client::deadline_after(interval_);
}

std::optional<PulledChange> PulledWatch::next(client::SteadyTime deadline) {
  Lock lock(mutex_);
  for (;;) {
    if (has_taken()) break;
    const client::SteadyTime now = std::chrono::steady_clock::now();
    if (!waiting_.empty() && (now >= due_ || closed_)) {
      take();
      skipped_ += taken_.skipped.after(0);
      continue;
    }
    if (closed_)
      throw Error(Errc::disconnected, "the client of this watch is closed: no change will come");
    if (now >= deadline) {
      signal();
      return std::nullopt;
    }
    changed_.wait_until(lock, waiting_.empty() ? deadline : std::min(deadline, due_));
  }
  client::QueuedChange& change = taken_.changes[next_++];
  PulledChange told{std::move(change.name),    std::move(change.value),
                    Revision(change.revision), change.skipped.after(0) + std::exchange(skipped_, 0),
                    taken_.resynced,           next_ == taken_.changes.size()};
  signal();
  return told;
}

std::optional<client::QueuedBatch> PulledWatch::take_batch() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty() || std::chrono::steady_clock::now() < due_) return std::nullopt;
  take();
  return std::exchange(taken_, {});
}

std::optional<client::SteadyTime> PulledWatch::due() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  return due_;
}

int PulledWatch::descriptor() {
  const std::scoped_lock lock(mutex_);
  if (timer_ < 0) {
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0)
      throw std::system_error(errno, std::generic_category(),
                              "cannot make a descriptor for a watch");
    signal();
  }
  return timer_;
}

// A timer that has expired is readable until it is set anew.
void PulledWatch::signal() noexcept {
  if (timer_ < 0) return;
  itimerspec when{};  // zero: never
  if (has_taken() || closed_) {
    when.it_value.tv_nsec = 1;
  } else if (!waiting_.empty()) {
    const auto due =
        std::max<std::int64_t>(1, std::chrono::nanoseconds(due_.time_since_epoch()).count());
    when.it_value.tv_sec = due / 1'000'000'000;
    when.it_value.tv_nsec = due % 1'000'000'000;
  }
  (void)::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace bulletin::detail
