// Waits for many descriptors.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "server/net/descriptor.hpp"

namespace bulletin::server {

/// An epoll instance (epoll(7)), which tells as long as there is something to do.
class EventPoll {
 public:
  EventPoll();

  /// `events`: EPOLLIN, EPOLLOUT. `id` comes back in `epoll_event::data.u64`. Throws
  /// std::system_error, and then has not added it.
  void add(int descriptor, unsigned events, std::uint64_t id);
  void change(int descriptor, unsigned events, std::uint64_t id);
  /// Call it before the descriptor is closed: the kernel reports events until all copies of the
  /// descriptor are closed, and a forked child of the host has copies.
  void remove(int descriptor) noexcept;

  /// What has happened, valid until the next call; nothing when the time is over, or a signal came.
  std::span<const epoll_event> wait(std::chrono::nanoseconds longest);
  /// `wait` has room for no more, and so does not tell all.
  [[nodiscard]] std::size_t most() const noexcept { return events_.size(); }

 private:
  void control(int operation, int descriptor, unsigned events, std::uint64_t id);
  int wait_for(std::chrono::nanoseconds longest);

  Descriptor descriptor_;
  // Linux before 5.11, valgrind, and some sandboxes only wait for whole milliseconds.
  bool exact_ = true;
  std::array<epoll_event, 256> events_;
};

}  // namespace bulletin::server
