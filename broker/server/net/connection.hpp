// One client's connection.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "authority/quota.hpp"
#include "server/net/descriptor.hpp"
#include "server/net/send_queue.hpp"
#include "zmtp/peer.hpp"

namespace bulletin::server {

struct Topic;

/// What the network knows of a connection.
struct Connection {
  using Time = std::chrono::steady_clock::time_point;

  Connection(std::uint64_t id, Descriptor&& socket, std::string&& address,
             const zmtp::KeyPair* keys, std::size_t most_message_bytes, Time now)
      : id(id),
        socket(std::move(socket)),
        address(std::move(address)),
        peer(keys, most_message_bytes),
        heard_at(now) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::uint64_t id;  ///< no other connection has had it
  Descriptor socket;
  const std::string address;  ///< of the peer
  zmtp::Peer peer;
  std::string user;                       ///< once it is admitted
  authority::Account* account = nullptr;  ///< the user's, once it is admitted
  std::string input;                      ///< has arrived, and waits for its turn
  SendQueue output;
  /// What it subscribes to, each with its place among the subscribers.
  absl::flat_hash_map<Topic*, std::size_t> topics;
  std::size_t beginnings = 0;             ///< of the topics, those that are not whole
  std::size_t topic_bytes = 0;            ///< of memory, as `SubscriptionTable` charges it
  std::size_t counted_subscriptions = 0;  ///< in the account
  bool heard = true;                      ///< since Liveness looked last
  Time heard_at;                          ///< on the clock of Liveness, as what follows
  std::optional<Time> asked_at;           ///< by a PING, and not heard since
  unsigned polled_for = 0;                ///< EPOLLIN, EPOLLOUT
  bool costly = false;                    ///< what it asked last was much, or what it is sending is
  bool waits = false;                     ///< among those whose input waits
  bool to_flush = false;                  ///< among those with new output
  bool gone = false;  ///< its peer has closed: nothing can be sent, what it sent is served
  bool ends = false;  ///< among those that end with this turn

  /// The peer learns of it even when a forked child of the host has a copy of the socket.
  void close() noexcept {
    ::shutdown(socket.get(), SHUT_RDWR);
    socket = Descriptor();
  }

  /// What it takes itself, about.
  static constexpr std::size_t overhead = 2048;

  /// Bytes of memory that it makes the broker keep. What several are sent is counted for each.
  [[nodiscard]] std::size_t held() const noexcept {
    return overhead + input.capacity() + peer.held() + output.held() + topic_bytes;
  }
};

}  // namespace bulletin::server
