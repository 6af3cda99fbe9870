// What has arrived on the commands socket.
#pragma once

#include <cstddef>
#include <span>
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
  /// As the gate said; empty without keys.
  std::string_view user() const noexcept {
    const char* const id = zmq_msg_gets(const_cast<zmq_msg_t*>(body.handle()), "User-Id");
    return id == nullptr ? std::string_view() : id;
  }
};

/// Reads requests in bounded portions.
class Inbox {
 public:
  /// At most about a mebibyte, or `most_requests`.
  std::span<Request> receive(zmq::socket_t& commands, std::size_t most_requests);

  /// Gives back the bodies of the last portion, which may be large.
  void release();

  /// True if nothing was left when the last portion had been read.
  bool drained() const noexcept { return drained_; }

  /// Messages without a delimiter: there is nobody who could be answered.
  std::size_t dropped() const noexcept { return dropped_; }

 private:
  /// False if the message was dropped.
  bool receive_rest(zmq::socket_t& commands, Request& request);

  std::vector<Request> requests_;
  std::size_t received_ = 0;
  std::size_t dropped_ = 0;
  bool drained_ = true;
};

}  // namespace bulletin::server
