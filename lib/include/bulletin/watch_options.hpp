// What a watch is told, and how often.
#pragma once

#include <chrono>
#include <cstddef>

namespace bulletin {

/// Options of `watch` and `watch_queue`.
///
///     robot.watch("speed", show, {.updates_only = true});     // not the present value
///     robot.watch("speed", show, {.interval = 100ms});        // at most ten times a second
struct WatchOptions {
  /// Leaves out the values that exist when the watch begins.
  bool updates_only = false;
  /// The least time between two rows of changes. Changes in between are merged: the newest value of
  /// each attribute is told, and `skipped` counts the others. 0: every change is told.
  std::chrono::milliseconds interval{0};
  /// Of a queue: bytes of changes that wait to be taken. Past that it skips to the newest values.
  std::size_t bytes = 8u << 20;
};

}  // namespace bulletin
