// Sends answers.
#pragma once

#include <string>

#include <zmq.hpp>

#include "server/counters.hpp"
#include "server/inbox.hpp"

namespace bulletin::server {

class Outbox {
 public:
  Outbox(zmq::socket_t& commands, Counters& counters) noexcept
      : commands_(commands), counters_(counters) {}

  /// Sends the answer back in the request's envelope, which is used up. Never waits: an answer to a
  /// client that has gone, or does not read, is dropped and counted; a client that lives asks
  /// again.
  void answer(Request& request, std::string&& body);

 private:
  zmq::socket_t& commands_;
  Counters& counters_;
};

}  // namespace bulletin::server
