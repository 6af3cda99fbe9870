// The thread that runs the callbacks of a client's watches.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include <bulletin/error.hpp>
#include <bulletin/options.hpp>

#include "client/watch/change_batch_queue.hpp"
#include "client/watch/pulled_watch.hpp"
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
  /// The same for a watch whose changes the program takes itself.
  void add(const std::shared_ptr<detail::PulledWatch>& watch);
  void remove(const detail::PulledWatch& watch) noexcept;

  /// Queues what somebody wants of the batch.
  void push(std::uint64_t space, const replica::ChangeBatch& batch);
  void push(ClientEvent event);
  /// Of a post whose error nobody has asked for, to on_error.
  void push(const Error& failed_post);
  void report(const Error& failed_post) {
    report(std::make_exception_ptr(failed_post), "a post has failed");
  }
  /// For the log hook.
  void push(LogEntry entry);

  /// Ends the thread; what waits is not told any more. Waits for a callback that runs, for as long
  /// as `deadline` allows: false then, and the thread ends by itself when the callback returns.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  void run();
  void tell(const QueuedBatch& batch, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::vector<WatchIndex::Listener> listeners_of(const QueuedBatch& batch) const;
  void tell_all(std::vector<WatchIndex::Listener> listeners, const QueuedBatch& batch);
  void tell_watch(WatchIndex::Listener& listener, const QueuedBatch& batch,
                  const std::vector<Value>& values);
  bool tell_paced(std::unique_lock<std::mutex>& lock);
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  using Event = std::variant<ClientEvent, LogEntry, Error>;
  void tell_event(const Event& event);
  void remove_pulled(const detail::PulledWatch& watch) noexcept;
  void report(std::exception_ptr error, const char* what = "a callback has thrown");
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
  std::unordered_map<std::uint64_t, std::vector<std::shared_ptr<detail::PulledWatch>>>
      pulled_;                                         // by namespace
  std::vector<std::shared_ptr<detail::Watch>> paced_;  // those with an interval
  replica::ChangeBatch wanted_;                        // its memory is used again
  const detail::Watch* running_ = nullptr;
  bool stopping_ = false;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace bulletin::client
