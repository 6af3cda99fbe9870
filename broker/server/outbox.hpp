// Sends answers.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "server/counted_body.hpp"
#include "server/counters.hpp"
#include "server/request.hpp"

namespace bulletin::server {

class Outbox {
 public:
  Outbox(zmq::socket_t& commands, Counters& counters) noexcept
      : commands_(commands), counters_(counters) {}

  /// Sends the answer back in the request's envelope, which is used up. Never waits: an answer to a
  /// client that has left, or does not read, is dropped and counted, each as what it is; a client
  /// that lives asks again.
  void answer(Request& request, std::string&& body);

  /// False for a client that has as much waiting as it may: what it asks for need not be made.
  bool has_room_for(const Request& request);
  void drop() noexcept { ++counters_.dropped; }

 private:
  /// False, with the reason in errno.
  bool send_envelope(Request& request);
  const ByteCount& large_answers_to(std::string_view client);

  zmq::socket_t& commands_;
  Counters& counters_;
  // What waits for each client that was sent large answers lately, by its identity.
  std::map<std::string, ByteCount, std::less<>> large_answers_;
  std::size_t forget_at_ = 64;
};

}  // namespace bulletin::server
