#include "server/outbox.hpp"

#include <string>

#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

struct Router {
  Router() {
    socket.set(zmq::sockopt::router_mandatory, true);
    socket.set(zmq::sockopt::sndhwm, 2);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind("inproc://commands");
  }
  void answer(std::string_view client) {
    Request request;
    request.envelope.emplace_back(client.data(), client.size());
    request.envelope.emplace_back();
    outbox.answer(request, "answer");
  }

  zmq::context_t context;
  zmq::socket_t socket{context, zmq::socket_type::router};
  Counters counters;
  Outbox outbox{socket, counters};
};

}  // namespace

TEST_CASE("An answer to a client that has left is counted apart from one that is lost") {
  Router router;
  router.answer("somebody who left");
  CHECK(router.counters.unclaimed == 1);
  CHECK(router.counters.dropped == 0);

  zmq::socket_t client(router.context, zmq::socket_type::dealer);
  client.set(zmq::sockopt::routing_id, "slow");
  client.set(zmq::sockopt::rcvhwm, 2);
  client.set(zmq::sockopt::linger, 0);
  client.connect("inproc://commands");
  client.send(zmq::str_buffer("a request"), zmq::send_flags::none);
  zmq::message_t identity;
  REQUIRE(router.socket.recv(identity));
  zmq::message_t request;
  REQUIRE(router.socket.recv(request));
  for (int i = 0; i != 10; ++i) router.answer("slow");
  CHECK(router.counters.dropped > 0);
  CHECK(router.counters.unclaimed == 1);
}
