// What the network may keep, and for how long.
#pragma once

#include <chrono>
#include <cstddef>

#include <bulletin/broker.hpp>

namespace bulletin::server {

struct NetworkBounds {
  using Duration = std::chrono::milliseconds;

  explicit NetworkBounds(const BrokerOptions& options);

  std::size_t connections;
  std::size_t handshaking;   ///< connections that have not said who they are
  std::size_t bytes;         ///< that all connections make the broker keep
  std::size_t reader_bytes;  ///< that wait for one reader
  std::size_t topic_bytes;   ///< of one connection
  std::size_t message_bytes;
  Duration silence;       ///< after which a peer is asked whether it is there
  Duration timeout;       ///< after which a silent peer is gone
  Duration host_timeout;  ///< after which a host that does not answer is gone

  /// So much room that the door does not swing.
  [[nodiscard]] std::size_t connections_with_room() const noexcept {
    return connections - connections / 8;
  }

 private:
  struct Divided {};
  NetworkBounds(const BrokerOptions& options, Divided);
};

}  // namespace bulletin::server
