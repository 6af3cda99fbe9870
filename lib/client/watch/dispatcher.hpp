// The thread that runs the callbacks of a client's watches.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include <bulletin/options.hpp>

#include "client/watch/change_batch_queue.hpp"
#include "client/watch/watch.hpp"
#include "client/watch/watch_index.hpp"

namespace bulletin::client {

/// Callbacks run one after the other, with no lock held. A slow one delays the other watches of its
/// client, and nothing else.
class Dispatcher {
 public:
  static std::shared_ptr<Dispatcher> start(const ClientOptions& options);
  explicit Dispatcher(const ClientOptions& options);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher();

  /// From here on the watch is told; `first` are the present values.
  void add(const std::shared_ptr<detail::Watch>& watch, QueuedBatch first);
  /// Returns when the callback neither runs nor will run again; on the dispatcher's own thread, at
  /// once.
  void remove(detail::Watch& watch) noexcept;
  [[nodiscard]] bool watched(std::uint64_t space) const;

  /// Queues what somebody wants of the batch.
  void push(std::uint64_t space, const replica::ChangeBatch& batch);
  void push(ClientEvent event);
  /// For the log hook.
  void push(LogEntry entry);

  /// Ends the thread; what waits is not told any more. Waits for a callback that runs, for as long
  /// as `deadline` allows: false then, and the thread ends by itself when the callback returns.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  void run();
  void tell(const QueuedBatch& batch, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::vector<WatchIndex::Listener> listeners_of(const QueuedBatch& batch) const;
  void tell_watch(WatchIndex::Listener& listener, const QueuedBatch& batch,
                  const std::vector<Value>& values);
  using Event = std::variant<ClientEvent, LogEntry>;
  void tell_event(const Event& event);
  void report(std::exception_ptr error);
  [[nodiscard]] bool on_own_thread() const noexcept {
    return std::this_thread::get_id() == thread_.get_id();
  }

  const std::function<void(std::exception_ptr)> on_error_;
  const std::function<void(ClientEvent)> on_state_;
  const LogHook on_log_;
  const std::uint64_t generation_;
  std::atomic<std::size_t> watch_count_{0};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable work_;      // something to tell, or the end
  std::condition_variable returned_;  // a callback has returned, or the thread has ended
  ChangeBatchQueue batches_;
  std::deque<Event> events_;
  WatchIndex watches_;
  replica::ChangeBatch wanted_;  // its memory is used again
  const detail::Watch* running_ = nullptr;
  bool stopping_ = false;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace bulletin::client
