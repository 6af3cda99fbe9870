// Which peers are still there.
#pragma once

#include <chrono>

#include "server/config/network_bounds.hpp"
#include "server/net/connection_table.hpp"

namespace bulletin::server {

/// A peer that has been silent is asked with a PING, and its connection ends when it does not
/// answer in time. Only time counts in which the broker was running and read the connection: after
/// a pause of the broker, and while a client does not read its answers, nobody is gone. A dead
/// host is noticed by what TCP hears of it. Time is an argument.
class Liveness {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Liveness(ConnectionTable& connections, const NetworkBounds& bounds)
      : connections_(connections), bounds_(bounds) {}

  /// Options of a socket: the kernel asks whether the host of a TCP peer is there, but not while
  /// data waits for it: then `look` asks the kernel. TCP_USER_TIMEOUT would also end connections
  /// of peers that are there and do not read.
  static void prepare(int socket, std::chrono::milliseconds host_timeout);

  /// Call it at least every `interval`: of a longer time without a call only a part counts.
  void look(Time now);
  [[nodiscard]] std::chrono::milliseconds interval() const;

 private:
  void look_at(Connection& connection);

  ConnectionTable& connections_;
  const NetworkBounds& bounds_;
  Time looked_at_{};
  Time running_{};  // a clock that stands while the broker does
};

}  // namespace bulletin::server
