// A watch whose changes wait to be taken.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include <bulletin/detail/watch_queue_handle.hpp>
#include <bulletin/watch_options.hpp>

#include "client/system/clock.hpp"
#include "client/watch/change_batch_queue.hpp"
#include "replica/change_batch.hpp"

/// The client pushes what it applies, the program takes it, each in its own thread. A queue holds
/// up nothing: past its limit it skips to the newest values.
class bulletin::detail::PulledWatch {
 public:
  PulledWatch(std::uint64_t space, std::optional<std::string> name, const WatchOptions& options);
  ~PulledWatch();
  PulledWatch(const PulledWatch&) = delete;
  PulledWatch& operator=(const PulledWatch&) = delete;

  /// The values that exist; once, before anything is pushed.
  void begin(client::QueuedBatch first);
  void push(const replica::ChangeBatch& batch);
  /// The client was closed. What waits can still be taken.
  void close();

  /// Waits until the time for a change. Throws Error disconnected when the client is closed and
  /// nothing waits.
  std::optional<PulledChange> next(client::SteadyTime deadline);
  /// All changes of the next batch, if it is time for them.
  std::optional<client::QueuedBatch> take_batch();
  /// When it is time for the next batch; nullopt: nothing waits.
  std::optional<client::SteadyTime> due();
  /// Readable while there is something to take. Throws std::system_error.
  int descriptor();

  const std::uint64_t generation;         ///< of the process that made it
  const std::uint64_t space;              ///< identifies the namespace
  const std::optional<std::string> name;  ///< nullopt: all attributes

 private:
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] bool has_taken() const noexcept { return next_ < taken_.changes.size(); }
  void take();
  /// Makes the descriptor tell when there is something to take.
  void signal() noexcept;

  const std::chrono::milliseconds interval_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable changed_;
  client::ChangeBatchQueue waiting_;
  client::QueuedBatch taken_;  // its changes before `next_` have been given out
  std::size_t next_ = 0;
  std::uint64_t skipped_ = 0;    // not yet told of
  client::SteadyTime due_ = {};  // of the next batch
  bool closed_ = false;
  int timer_ = -1;  // a timerfd; made when it is first asked for
};
