// Clients that ask for much, take nothing, and go.

#include <chrono>
#include <string>

#include <zmq.hpp>

#include "process/shell.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

constexpr int rounds = 10;
/// Longer than the broker's heartbeats would take to miss an answer.
constexpr std::chrono::milliseconds flood_time{500};

/// As many as the network takes in that time, and gone.
void flood(const std::string& endpoint, const std::string& request) {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndtimeo, 20);
  socket.connect(endpoint);
  const auto end = std::chrono::steady_clock::now() + flood_time;
  while (std::chrono::steady_clock::now() < end) {
    if (!socket.send(zmq::message_t(), zmq::send_flags::sndmore)) continue;
    socket.send(zmq::buffer(request), zmq::send_flags::none);
  }
}

}  // namespace

TEST_CASE("a flood that breaks off again and again does not end the broker") {
  BrokerProgram broker({"--session-ms", "400", "--beat-ms", "50", "--max-waiting-requests", "4"});
  RawClient client(broker.endpoint());
  client.hello();
  Transaction transaction;
  for (int i = 0; i != 5; ++i)
    transaction.set("text" + std::to_string(i), std::string(200'000, 'x'));
  REQUIRE(client.write("large", transaction).status == wire::Status::ok);
  for (int round = 0; round != rounds; ++round) {
    flood(broker.endpoint(), wire::encode(wire::SnapshotRequest{"large", ""}));
    REQUIRE(broker.program().wait(std::chrono::milliseconds(0)) == Program::running);
  }
  CHECK(client.read("large", "text0").has_value());
}
