// One request as it came, and where its answer goes.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "server/message.hpp"

namespace bulletin::server {

/// A request with the envelope that its answer goes back in: the peer's identity, whatever the peer
/// put before the delimiter (REQ with CORRELATE: the number of the request), and the delimiter.
struct Request {
  std::vector<zmq::message_t> envelope;
  zmq::message_t body;
  bool whole = false;  ///< exactly one frame came behind the delimiter

  std::string_view bytes() const noexcept { return view(body); }
  /// The connection that it came by, as ZeroMQ names it.
  std::string_view connection() const noexcept { return view(envelope.front()); }
  /// The descriptor that it was read from; -1: there is none. It may be another's by now.
  int descriptor() const noexcept {
    return zmq_msg_get(const_cast<zmq_msg_t*>(body.handle()), ZMQ_SRCFD);
  }
  /// As the gate said; empty without keys.
  std::string_view user() const noexcept {
    const char* const id = zmq_msg_gets(const_cast<zmq_msg_t*>(body.handle()), "User-Id");
    return id == nullptr ? std::string_view() : id;
  }
};

}  // namespace bulletin::server
