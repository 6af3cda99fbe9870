// Changes that wait to be taken.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include <bulletin/detail/watch_queue_handle.hpp>
#include <bulletin/typed_change.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

/// A watch without a callback, from `Namespace::watch_queue`: the program takes the changes when it
/// likes, in a thread of its own or when an event loop says that `descriptor()` is readable:
///
///     bulletin::WatchQueue<double> speeds = robot.watch_queue<double>("speed");
///     while (const auto change = speeds.next(1s))
///       if (change->value) show(*change->value);
///
///     poll_add(speeds.descriptor(), POLLIN, [&] {          // Qt, asyncio, ROS, epoll ...
///       while (const auto change = speeds.next()) show(change->value.value_or(0));
///     });
///
/// It never holds up the client or other watches: when more than WatchOptions::bytes wait, it skips
/// to the newest values, and `skipped` counts what was left out. Movable; one thread at a time. The
/// watch ends with it.
template <Storable T = Value>
class WatchQueue {
 public:
  /// Empty: what it is asked to do throws Error rejected.
  WatchQueue() noexcept = default;
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  /// The next change, waiting for it for `timeout` at the most; nullopt: none came. Throws Error
  /// wrong_type for a value that is not a T (the change is passed over), and disconnected when the
  /// client is closed and all changes were taken.
  std::optional<TypedChange<T>> next(std::chrono::milliseconds timeout = {}) {
    std::optional<detail::PulledChange> change = handle_.next(timeout);
    if (!change) return std::nullopt;
    return detail::typed_change<T>(*std::move(change));
  }

  /// Readable while there is a change to take, for poll and event loops. Do not read from it. Valid
  /// as long as the queue.
  int descriptor() const { return handle_.descriptor(); }

  /// Ends the watch now.
  void cancel() noexcept { handle_.end(); }

  explicit WatchQueue(detail::WatchQueueHandle handle) noexcept : handle_(std::move(handle)) {}

 private:
  detail::WatchQueueHandle handle_;
};

}  // namespace bulletin
