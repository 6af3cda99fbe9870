// How many updates may wait for one reader.
#pragma once

#include <cstddef>

namespace bulletin::server {

/// ZeroMQ bounds a reader's queue in messages, but it is bytes that cost memory: this follows the
/// size of what is published, so that the queue holds about `reader_bytes` of it. Many small
/// updates are not dropped in a burst, and few large ones do not fill the memory. Pure.
class ReaderQueue {
 public:
  explicit ReaderQueue(std::size_t reader_bytes) noexcept;

  /// The bound in messages.
  int limit() const noexcept { return limit_; }

  /// An update of this size is about to be published. True if the bound is another one now.
  bool grown_by(std::size_t bytes) noexcept;

 private:
  int limit_for(std::size_t mean) const noexcept;

  std::size_t reader_bytes_;
  std::size_t window_bytes_ = 0;
  std::size_t window_updates_ = 0;
  int limit_;
};

}  // namespace bulletin::server
