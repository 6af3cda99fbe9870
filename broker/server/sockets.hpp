// The sockets that a broker is made of.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <zmq.hpp>

#include <bulletin/broker.hpp>
#include <bulletin/options.hpp>

#include "server/endpoint.hpp"
#include "server/path_lock.hpp"

namespace bulletin::server {

/// Commands (ROUTER) and updates (XPUB), bound. One thread at a time.
class Sockets {
 public:
  /// Throws Error rejected, which names the endpoint and says what to do.
  explicit Sockets(const BrokerOptions& options);

  zmq::socket_t& commands() noexcept { return commands_; }
  zmq::socket_t& updates() noexcept { return updates_; }

  /// With real ports.
  const Endpoint& commands_endpoint() const noexcept { return commands_endpoint_; }
  const Endpoint& updates_endpoint() const noexcept { return updates_endpoint_; }

  /// Waits until something may have arrived on a socket, `descriptor` is readable, or `until` has
  /// come. Call it only after both sockets were read until they had nothing, with no use of them
  /// since: libzmq's descriptors tell of new things only once.
  void wait(int descriptor, std::chrono::steady_clock::time_point until);

 private:
  Endpoint bind(zmq::socket_t& socket, const Endpoint& endpoint, std::string_view option);

  // In this order: closing the sockets removes their files, after that the locks are given back.
  std::vector<PathLock> locks_;
  zmq::context_t context_;
  zmq::socket_t commands_;
  zmq::socket_t updates_;
  Endpoint commands_endpoint_;
  Endpoint updates_endpoint_;
};

}  // namespace bulletin::server
