// Sends updates.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "authority/authority.hpp"
#include "server/counters.hpp"
#include "server/reader_queue.hpp"
#include "wire/epoch.hpp"

namespace bulletin::server {

/// The updates socket, seen from the side of what is told. Never waits: a reader that is too slow
/// misses updates, and repairs itself.
class Publisher {
 public:
  Publisher(zmq::socket_t& updates, std::size_t reader_bytes, Counters& counters);

  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void beat(std::string_view space, const wire::NamespaceStatus& status);
  /// Proves subscriptions live.
  void answer_nonces(std::span<const std::string> topics, const wire::Epoch& epoch);

 private:
  void send(zmq::message_t&& topic, std::string&& body);
  void bound_queues();

  zmq::socket_t& updates_;
  ReaderQueue queue_;
  Counters& counters_;
};

}  // namespace bulletin::server
