#include "client/watch/dispatcher.hpp"

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
  watch->begin = batches_.begin_watch();
  watches_.add(watch);
  watch_count_.store(watches_.size(), std::memory_order_relaxed);
  if (first.changes.empty()) return;
  first.only = watch;
  batches_.push_first_values(std::move(first));
  work_.notify_one();
}

void Dispatcher::remove(detail::Watch& watch) noexcept {
  watch.cancelled = true;
  std::unique_lock lock(mutex_);
  watches_.remove(watch);
  watch_count_.store(watches_.size(), std::memory_order_relaxed);
  if (on_own_thread()) return;
  returned_.wait(lock, [&] { return running_ != &watch || ended_; });
}

bool Dispatcher::watched(std::uint64_t space) const {
  if (watch_count_.load(std::memory_order_relaxed) == 0) return false;
  std::scoped_lock lock(mutex_);
  return watches_.any(space);
}

void Dispatcher::push(std::uint64_t space, const replica::ChangeBatch& batch) {
  std::scoped_lock lock(mutex_);
  if (stopping_) return;
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
    } else {
      work_.wait(lock);
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
  if (listeners.empty()) return;
  std::vector<Value> values(batch.changes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!batch.changes[i].value.empty()) values[i] = wire::decode_value(batch.changes[i].value);
  }
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
  try {
    on_state_(std::get<ClientEvent>(event));
  } catch (...) {
    report(std::current_exception());
  }
}

void Dispatcher::report(std::exception_ptr error) {
  if (on_error_) {
    try {
      on_error_(error);
      return;
    } catch (...) {
      error = std::current_exception();
    }
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "bulletin: a callback has thrown: %s\n", exception.what());
  } catch (...) {
    std::fprintf(stderr, "bulletin: a callback has thrown something that is no std::exception\n");
  }
}

}  // namespace bulletin::client
