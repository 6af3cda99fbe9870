#include "server/outbox.hpp"

#include <utility>

#include "server/message.hpp"

namespace bulletin::server {

void Outbox::answer(Request& request, std::string&& body) {
  for (zmq::message_t& frame : request.envelope) {
    if (send(commands_, frame, true)) continue;
    // Only the first frame, which names the client, can fail.
    ++counters_.dropped;
    return;
  }
  counters_.bytes += body.size();
  zmq::message_t frame = to_message(std::move(body));
  send(commands_, frame, false);
}

}  // namespace bulletin::server
