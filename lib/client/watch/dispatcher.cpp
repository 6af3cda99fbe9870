#include "client/watch/dispatcher.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>
#include <utility>

#include <bulletin/error.hpp>

#include "client/system/fork.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::client {
namespace {

/// Log entries beyond are dropped while a callback keeps the thread.
constexpr std::size_t most_events = 1000;

}  // namespace

Dispatcher::Dispatcher(const ClientOptions& options)
    : on_error_(options.on_error),
      on_state_(options.on_state),
      on_log_(options.on_log),
      generation_(generation()),
      batches_(options.watch_queue_bytes) {}

std::shared_ptr<Dispatcher> Dispatcher::start(const ClientOptions& options) {
  auto dispatcher = std::make_shared<Dispatcher>(options);
  // The thread shares the ownership: a callback that outlasts `stop` still has everything under it.
  dispatcher->thread_ = std::thread([dispatcher] { dispatcher->run(); });
  return dispatcher;
}

Dispatcher::~Dispatcher() {
  // In a forked child, and when the last owner is a callback on the thread itself, there is nothing
  // to join.
  if (thread_.joinable()) thread_.detach();
}

void Dispatcher::add(const std::shared_ptr<detail::Watch>& watch, QueuedBatch first) {
  std::scoped_lock lock(mutex_);
  if (stopping_) throw Error(Errc::disconnected, "the client is closed: it cannot watch any more");
  if (watch->paced) {
    pulled_[watch->space].push_back(watch->paced);
    paced_.push_back(watch);
  } else {
    watch->begin = batches_.begin_watch();
    watches_.add(watch);
  }
  ++watch_count_;
  if (first.changes.empty()) return;
  first.only = watch;
  batches_.push_first_values(std::move(first));
  work_.notify_one();
}

void Dispatcher::remove(detail::Watch& watch) noexcept {
  watch.cancelled = true;
  std::unique_lock lock(mutex_);
  if (watch.paced) {
    remove_pulled(*watch.paced);
    std::erase_if(paced_, [&](const auto& one) { return one.get() == &watch; });
  } else {
    const std::size_t before = watches_.size();
    watches_.remove(watch);
    watch_count_ -= before - watches_.size();
  }
  if (on_own_thread()) return;
  returned_.wait(lock, [&] { return running_ != &watch || ended_; });
}

void Dispatcher::add(const std::shared_ptr<detail::PulledWatch>& watch) {
  std::scoped_lock lock(mutex_);
  if (stopping_) throw Error(Errc::disconnected, "the client is closed: it cannot watch any more");
  pulled_[watch->space].push_back(watch);
  ++watch_count_;
}

void Dispatcher::remove(const detail::PulledWatch& watch) noexcept {
  std::scoped_lock lock(mutex_);
  remove_pulled(watch);
}

void Dispatcher::remove_pulled(const detail::PulledWatch& watch) noexcept {
  const auto found = pulled_.find(watch.space);
  if (found == pulled_.end()) return;
  watch_count_ -=
      std::erase_if(found->second, [&](const auto& one) { return one.get() == &watch; });
  if (found->second.empty()) pulled_.erase(found);
}

bool Dispatcher::watched(std::uint64_t space) const {
  if (watch_count_.load(std::memory_order_relaxed) == 0) return false;
  std::scoped_lock lock(mutex_);
  return watches_.any(space) || pulled_.contains(space);
}

void Dispatcher::push(std::uint64_t space, const replica::ChangeBatch& batch) {
  std::scoped_lock lock(mutex_);
  if (stopping_) return;
  if (const auto found = pulled_.find(space); found != pulled_.end()) {
    for (const auto& watch : found->second) watch->push(batch);
    if (!paced_.empty()) work_.notify_one();
  }
  const replica::ChangeBatch& wanted = watches_.wanted(space, batch, wanted_);
  if (wanted.changes.empty() && wanted.skipped == 0) return;
  batches_.push(space, wanted);
  work_.notify_one();
  if (batch.resynced) wanted_ = {};  // it may have been large
}

void Dispatcher::push(ClientEvent event) {
  if (!on_state_) return;
  std::scoped_lock lock(mutex_);
  if (stopping_) return;
  events_.emplace_back(event);
  work_.notify_one();
}

void Dispatcher::push(const Error& failed_post) {
  std::scoped_lock lock(mutex_);
  if (stopping_) return;
  events_.emplace_back(failed_post);
  work_.notify_one();
}

void Dispatcher::push(LogEntry entry) {
  std::scoped_lock lock(mutex_);
  if (stopping_ || !on_log_ || events_.size() >= most_events) return;
  events_.emplace_back(std::move(entry));
  work_.notify_one();
}

bool Dispatcher::stop(std::chrono::steady_clock::time_point deadline) {
  // The last owner of a watch may be a batch, and the watch's callback may own anything, also
  // another subscription: it goes without the lock.
  std::deque<QueuedBatch> dropped;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  for (const auto& [space, watches] : pulled_) {
    for (const auto& watch : watches) watch->close();
  }
  dropped = batches_.take_all();
  events_.clear();
  work_.notify_one();
  if (on_own_thread()) return false;
  const bool ended = returned_.wait_until(lock, deadline, [&] { return ended_; });
  lock.unlock();
  if (ended && thread_.joinable()) thread_.join();
  return ended;
}

void Dispatcher::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!events_.empty()) {
      const Event event = std::move(events_.front());
      events_.pop_front();
      lock.unlock();
      tell_event(event);
    } else if (!batches_.empty()) {
      tell(batches_.pop(), lock);
    } else if (!tell_paced(lock)) {
      wait_for_work(lock);
      continue;
    }
    // A callback may have forked: then this is the child's only thread, and everything here is the
    // parent's.
    if (generation() != generation_) return;
    if (!lock.owns_lock()) lock.lock();
  }
  ended_ = true;
  returned_.notify_all();
}

std::vector<WatchIndex::Listener> Dispatcher::listeners_of(const QueuedBatch& batch) const {
  if (batch.only == nullptr) return watches_.of(batch);
  std::vector<std::size_t> all(batch.changes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return {{batch.only, std::move(all)}};
}

void Dispatcher::tell(const QueuedBatch& batch, std::unique_lock<std::mutex>& lock) {
  std::vector<WatchIndex::Listener> listeners = listeners_of(batch);
  lock.unlock();
  tell_all(std::move(listeners), batch);
}

/// False: no watch with an interval has anything to tell yet.
bool Dispatcher::tell_paced(std::unique_lock<std::mutex>& lock) {
  for (const auto& watch : paced_) {
    const std::optional<QueuedBatch> batch = watch->paced->take_batch();
    if (!batch) continue;
    std::vector<std::size_t> all(batch->changes.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<WatchIndex::Listener> listeners{{watch, std::move(all)}};
    lock.unlock();
    tell_all(std::move(listeners), *batch);
    return true;
  }
  return false;
}

void Dispatcher::wait_for_work(std::unique_lock<std::mutex>& lock) {
  std::optional<SteadyTime> due;
  for (const auto& watch : paced_) {
    if (const auto next = watch->paced->due()) due = std::min(*next, due.value_or(*next));
  }
  if (due) {
    work_.wait_until(lock, *due);
  } else {
    work_.wait(lock);
  }
}

void Dispatcher::tell_all(std::vector<WatchIndex::Listener> listeners, const QueuedBatch& batch) {
  if (listeners.empty()) return;
  std::vector<Value> values(batch.changes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!batch.changes[i].value.empty()) values[i] = wire::decode_value(batch.changes[i].value);
  }
  std::unique_lock lock(mutex_, std::defer_lock);
  for (WatchIndex::Listener& listener : listeners) {
    lock.lock();
    running_ = listener.watch.get();
    lock.unlock();
    tell_watch(listener, batch, values);
    if (generation() != generation_) return;
    lock.lock();
    running_ = nullptr;
    returned_.notify_all();
    lock.unlock();
  }
}

void Dispatcher::tell_watch(WatchIndex::Listener& listener, const QueuedBatch& batch,
                            const std::vector<Value>& values) {
  auto& [shared, wanted] = listener;
  detail::Watch& watch = *shared;
  const bool first_values = batch.only != nullptr;
  watch.carried += batch.skipped.after(watch.begin);
  // What waited when the watch was made is in its first values.
  std::erase_if(wanted, [&](std::size_t i) {
    return !first_values && batch.changes[i].sequence <= watch.begin;
  });
  for (const std::size_t i : wanted) {
    if (watch.cancelled) return;
    const QueuedChange& queued = batch.changes[i];
    const Change change{queued.name,
                        queued.value.empty() ? nullptr : &values[i],
                        Revision(queued.revision),
                        queued.skipped.after(watch.begin) + std::exchange(watch.carried, 0),
                        batch.resynced || first_values,
                        i == wanted.back()};
    try {
      watch.callback(change);
    } catch (...) {
      report(std::current_exception());
    }
    if (generation() != generation_) return;
  }
}

void Dispatcher::tell_event(const Event& event) {
  if (const auto* entry = std::get_if<LogEntry>(&event)) {
    try {
      on_log_(*entry);
    } catch (...) {
      // Whoever logs has no other place to say so.
    }
    return;
  }
  if (const auto* failed_post = std::get_if<Error>(&event)) return report(*failed_post);
  try {
    on_state_(std::get<ClientEvent>(event));
  } catch (...) {
    report(std::current_exception());
  }
}

void Dispatcher::report(std::exception_ptr error, const char* what) {
  if (on_error_) {
    try {
      on_error_(error);
      return;
    } catch (...) {
      error = std::current_exception();
      what = "on_error has thrown";
    }
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "bulletin: %s: %s\n", what, exception.what());
  } catch (...) {
    std::fprintf(stderr, "bulletin: a callback has thrown something that is no std::exception\n");
  }
}

}  // namespace bulletin::client
