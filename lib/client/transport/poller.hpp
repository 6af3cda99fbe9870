// Waiting for descriptors, without a look at the sockets that they belong to.
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>

namespace bulletin::client {

/// Waits for any of the descriptors: like poll(2), but no signal ends the wait. A negative
/// descriptor has no events.
void wait_for(std::span<pollfd> items, std::chrono::milliseconds time);

/// The descriptors that a thread waits for, which others may change meanwhile: epoll(7).
///
/// That of a ZeroMQ socket tells only that something has happened since the socket was last used;
/// whatever is done with it, also to send, may take the signal and leave a message. So who waits
/// for one has received from the socket until nothing was left, or has asked `has_events`.
class Poller {
 public:
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// Of the poller itself: can be read when `wait` would return at once.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  // Any thread, also while another waits. Throw std::system_error.
  void watch(int descriptor);
  /// The descriptor is known here: pauses, or goes on, telling of it.
  void pause(int descriptor);
  void resume(int descriptor);
  /// Before the descriptor is closed: in a forked child there may be a copy, which would go on
  /// telling here.
  void forget(int descriptor) noexcept;

  /// What can be read.
  class Ready {
   public:
    [[nodiscard]] bool has(int descriptor) const noexcept {
      const auto end = descriptors_.begin() + static_cast<std::ptrdiff_t>(count_);
      return std::find(descriptors_.begin(), end, descriptor) != end;
    }

   private:
    friend class Poller;
    std::array<int, 16> descriptors_{};
    std::size_t count_ = 0;
  };

  /// Until something can be read, or the time has passed.
  Ready wait(std::chrono::milliseconds time);

 private:
  void change(int operation, int descriptor, unsigned events);

  int descriptor_;
};

}  // namespace bulletin::client
