// Ends connections that subscribe and unsubscribe without a pause.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace bulletin::server {

/// ZeroMQ reads all that a subscriber has sent before it gives the broker's thread back, and from
/// one that never ceases more arrives meanwhile: the thread would not come back, and what is read
/// has no bound. So a thread of its own looks at what each connection has brought since its updates
/// socket was last read empty, as the kernel counts (TCP_INFO, see tcp(7)), and ends those that
/// brought too much. Unix sockets have no such count.
class FloodGuard {
 public:
  /// A client that comes with 100,000 topics brings 2 to 10 MB, once.
  static constexpr std::uint64_t most_bytes = 16u << 20;

  FloodGuard();
  FloodGuard(const FloodGuard&) = delete;
  FloodGuard& operator=(const FloodGuard&) = delete;

  // The broker's thread, around each reading of an updates socket, which is named by its port.
  void reading_begins(std::uint16_t port);
  void reading_ends(std::uint16_t port, bool read_empty);
  /// How many were ended since the last call.
  std::uint64_t take_ended() noexcept { return ended_.exchange(0, std::memory_order_relaxed); }

 private:
  using Received = std::map<int, std::uint64_t>;  // bytes, by descriptor

  /// From the beginning of a reading until the socket was read empty.
  struct Reading {
    std::uint64_t number = 0;
    bool lasts = false;
  };
  /// What a reading looked like when it was first seen to last.
  struct Seen {
    std::uint64_t number = 0;
    std::optional<Received> received;
  };

  void run(const std::stop_token& stopping);
  void look(std::uint16_t port, const Reading& reading);

  std::atomic<std::uint64_t> ended_ = 0;
  std::map<std::uint16_t, Seen> seen_;  // by port; the guard's thread's

  std::mutex mutex_;
  std::map<std::uint16_t, Reading> readings_;  // by port; guarded by mutex_
  std::condition_variable_any stop_;
  std::jthread thread_;
};

}  // namespace bulletin::server
