// The sockets that a broker is made of.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <zmq.hpp>

#include <bulletin/broker.hpp>
#include <bulletin/options.hpp>

#include "server/endpoint.hpp"
#include "server/gate.hpp"
#include "server/keys.hpp"
#include "server/path_lock.hpp"

namespace bulletin::server {

/// Commands (ROUTER) and updates (XPUB), bound. One thread at a time.
class Sockets {
 public:
  /// `keys`: who is let in; null: everybody. They have to outlive it. Throws Error rejected, which
  /// names the endpoint and says what to do.
  Sockets(const BrokerOptions& options, const ServerKeys* keys);

  zmq::socket_t& commands() noexcept { return commands_; }
  zmq::socket_t& updates() noexcept { return updates_; }

  /// Lets those in that wait, or not.
  void answer_gate() {
    if (gate_) gate_->answer();
  }
  [[nodiscard]] std::uint64_t refused() const noexcept { return gate_ ? gate_->refused() : 0; }
  /// Drops all connections: who still may comes again.
  void bind_again();

  /// With real ports.
  const Endpoint& commands_endpoint() const noexcept { return commands_endpoint_; }
  const Endpoint& updates_endpoint() const noexcept { return updates_endpoint_; }

  /// Waits until something may have arrived on a socket, `descriptor` is readable, or `until` has
  /// come. Call it only after both sockets were read until they had nothing, with no use of them
  /// since: libzmq's descriptors tell of new things only once.
  void wait(int descriptor, std::chrono::steady_clock::time_point until);

 private:
  void make(zmq::socket_t& socket, zmq::socket_type type);
  Endpoint bind(zmq::socket_t& socket, const Endpoint& endpoint, std::string_view option);
  Endpoint bind_locked(zmq::socket_t& socket, const Endpoint& endpoint, std::string_view option);
  Endpoint bind_patiently(zmq::socket_t& socket, const Endpoint& endpoint, std::string_view option);

  // In this order: closing the sockets removes their files, after that the locks are given back.
  std::vector<PathLock> locks_;
  zmq::context_t context_;
  const BrokerOptions& options_;
  const ServerKeys* const keys_;
  std::optional<Gate> gate_;
  zmq::socket_t commands_;
  zmq::socket_t updates_;
  Endpoint commands_endpoint_;
  Endpoint updates_endpoint_;
};

}  // namespace bulletin::server
