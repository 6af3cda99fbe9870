// Sends updates.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "authority/authority.hpp"
#include "server/counters.hpp"
#include "wire/epoch.hpp"

namespace bulletin::server {

/// The updates socket, seen from the side of what is told. Never waits: a reader that is too slow
/// misses updates, and repairs itself.
class Publisher {
 public:
  Publisher(zmq::socket_t& updates, Counters& counters) noexcept
      : updates_(updates), counters_(counters) {}

  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void beat(std::string_view space, const wire::NamespaceStatus& status);
  /// Proves a subscription live.
  void answer_nonce(const std::string& topic, const wire::Epoch& epoch);

 private:
  void send(zmq::message_t&& topic, std::string&& body);

  zmq::socket_t& updates_;
  Counters& counters_;
};

}  // namespace bulletin::server
