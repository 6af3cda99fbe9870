// What the library calls, made to fail: these functions stand before those of libzmq, libc and the
// memory's, in this program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bulletin::test {

/// While it lives about every second call, in every thread, that a signal may interrupt fails with
/// EINTR before it has done anything: of ZeroMQ, and poll and epoll_wait.
class InterruptedCalls {
 public:
  InterruptedCalls();
  ~InterruptedCalls();
  InterruptedCalls(const InterruptedCalls&) = delete;
  InterruptedCalls& operator=(const InterruptedCalls&) = delete;

  /// How many have failed.
  [[nodiscard]] std::uint64_t count() const noexcept;
};

/// While it lives one allocation of a thread fails: the one of that number, from 1. What ZeroMQ
/// allocates is not counted, as it aborts. The thread is the one that makes it or, of all others,
/// any.
class FailingAllocation {
 public:
  enum class Of { this_thread, other_threads };

  explicit FailingAllocation(std::uint64_t number, Of whose = Of::this_thread) noexcept;
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  [[nodiscard]] bool happened() const noexcept;
};

/// While it lives, that many calls that send a request fail as if ZeroMQ had no memory.
class FailingSends {
 public:
  explicit FailingSends(int count) noexcept;
  ~FailingSends();
  FailingSends(const FailingSends&) = delete;
  FailingSends& operator=(const FailingSends&) = delete;
};

/// While it lives calls of this name fail with `error`, in every thread: all of them, or the first
/// `most`. Of `epoll_ctl` those that add.
class FailingCall {
 public:
  enum class Name { accept4, epoll_ctl, epoll_pwait2, sendmsg };

  FailingCall(Name name, int error, std::uint64_t most = ~std::uint64_t{0}) noexcept;
  ~FailingCall();
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;

  /// How many have failed.
  [[nodiscard]] static std::uint64_t count() noexcept;
};

}  // namespace bulletin::test
