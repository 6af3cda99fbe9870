// A TCP connection with faults: between a client and a broker on this host.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/sockets.hpp"

namespace bulletin::test {

/// Listens, and passes what comes to where it is connected to, and back. Faults are changed at any
/// time, from any thread, and hold for all connections.
class FaultyLine {
 public:
  enum Direction : std::size_t { up, down };  ///< to the broker, to the client

  /// Listens at an address of this host: 127.x.y.z:PORT; port 0: a free one.
  explicit FaultyLine(const std::string& address = "127.0.0.1:0");
  ~FaultyLine();
  FaultyLine(const FaultyLine&) = delete;
  FaultyLine& operator=(const FaultyLine&) = delete;

  /// For the clients.
  const std::string& endpoint() const noexcept { return endpoint_; }
  /// Of the broker: tcp://ADDRESS:PORT; once.
  void connect(const std::string& endpoint);

  /// Each way.
  void delay(std::chrono::milliseconds time);
  /// Bytes a second, each way, of each connection; 0: as much as comes.
  void throttle(std::size_t bytes_per_second);
  /// Nothing passes that way, and nobody is told: as when a cable is pulled.
  void stall(Direction direction, bool stalled);
  void stall(bool stalled);
  /// All connections end, and new ones do at once, until it is healed.
  void cut(bool cut);

  /// Bytes that have passed.
  std::uint64_t passed(Direction direction) const noexcept { return passed_[direction]; }
  /// Connections made so far.
  std::uint64_t connections() const noexcept { return connections_; }

 private:
  struct Faults {
    std::chrono::milliseconds delay{0};
    std::size_t bytes_per_second = 0;
    std::array<bool, 2> stalled{};
    bool cut = false;
  };
  class Pair;

  template <class Change>
  void change(Change&& change);
  void run();
  void accept();

  int listener_;
  std::string endpoint_;
  std::string target_;
  client::Waker waker_;
  std::mutex mutex_;
  Faults faults_;
  std::atomic<bool> stopping_{false};
  std::array<std::atomic<std::uint64_t>, 2> passed_{};
  std::atomic<std::uint64_t> connections_{0};
  std::vector<std::unique_ptr<Pair>> pairs_;  // the thread's
  std::thread thread_;
};

}  // namespace bulletin::test
