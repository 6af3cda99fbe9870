// The sockets that a broker is made of.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include <bulletin/broker.hpp>
#include <bulletin/options.hpp>

#include "server/access.hpp"
#include "server/channel.hpp"
#include "server/counters.hpp"
#include "server/door.hpp"
#include "server/endpoint.hpp"
#include "server/gate.hpp"
#include "server/path_lock.hpp"
#include "server/socket.hpp"
#include "server/wake_up.hpp"

namespace bulletin::server {

/// Commands (ROUTER), and updates (XPUB) for each audience, bound. One thread at a time.
class Sockets {
 public:
  /// `access`: who is let in; it may change, and has to outlive this. Throws Error rejected, which
  /// names the endpoint and says what to do.
  Sockets(const BrokerOptions& options, const Access& access, Counters& counters);
  /// The secret key is wiped.
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  Socket& commands() noexcept { return commands_; }
  /// One for each audience, in their order.
  Channels& channels() noexcept { return channels_; }
  const Channels& channels() const noexcept { return channels_; }

  /// Lets those in that wait, or not.
  void answer_gate() { gate_.answer(); }
  [[nodiscard]] std::uint64_t refused() const noexcept { return gate_.refused(); }
  std::vector<Stranger> take_strangers() { return gate_.take_strangers(); }

  /// Closes the doors by which too many have come, and opens those that have room again. How many
  /// were closed.
  std::size_t look_at_doors(std::chrono::steady_clock::time_point now);
  [[nodiscard]] bool has_closed_door() const;
  /// Ends that connection of the commands socket. False: it has gone already.
  bool end_connection(int descriptor) {
    return door_->end(descriptor, std::chrono::steady_clock::now());
  }
  [[nodiscard]] std::size_t connections() const;

  // ZeroMQ cannot drop one connection, but all of a socket: who still may comes again.
  void reopen_commands();
  void reopen(Channel& channel);
  /// The access has changed: makes the channels those of its audiences. `reopened`: those that
  /// stay, but have lost a user.
  void follow_access(std::span<const std::uint64_t> reopened);

  /// With real ports.
  const Endpoint& commands_endpoint() const noexcept { return commands_endpoint_; }

  /// Waits until something may have arrived on a socket, `wake_up` was raised, which is cleared, or
  /// `until` has come. Call it only after all sockets were read until they had nothing, with no use
  /// of them since: libzmq's descriptors tell of new things only once.
  void wait(WakeUp& wake_up, std::chrono::steady_clock::time_point until);

 private:
  Socket make_commands();
  Socket make_updates(std::uint64_t audience);
  void guard(Socket& socket, const std::string& domain) const;
  [[nodiscard]] Door::Bounds door_bounds() const;
  void open(const Access::Audience& audience);
  void close(Channel& channel);
  [[nodiscard]] Endpoint next_endpoint() const;
  [[nodiscard]] bool in_use(const Endpoint& endpoint) const;
  Endpoint bind(Socket& socket, const Endpoint& endpoint, std::string_view option);
  Endpoint bind_locked(Socket& socket, const Endpoint& endpoint, std::string_view option);
  Endpoint bind_patiently(Socket& socket, const Endpoint& endpoint, std::string_view option);
  Endpoint bind_new_channel(Socket& socket, Endpoint endpoint);

  // In this order: closing the sockets removes their files, after that the locks are given back.
  std::map<std::string, PathLock> locks_;  // by path
  zmq::context_t context_;                 // its threads run
  const BrokerOptions& options_;
  const Access& access_;
  Counters& counters_;
  std::string secret_key_;  // empty: there are no keys
  Gate gate_;
  Socket commands_;
  std::optional<Door> door_;  // of the commands
  Channels channels_;
  Endpoint commands_endpoint_;
  Endpoint first_updates_;  // where the first channel was asked for
  bool serving_ = false;
  std::vector<pollfd> poll_items_;
};

}  // namespace bulletin::server
