// Clients that ask for much, take nothing, and go.

#include <chrono>
#include <string>
#include <thread>

#include "process/shell.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// Longer than the broker's heartbeats would take to miss an answer.
constexpr std::chrono::milliseconds flood_time{500};

const std::string handshake = zmtp_greeting("NULL") + zmtp_ready("DEALER", "");

std::string framed(const std::string& request) {
  return zmtp_frame(more_flag, "") + zmtp_frame(0, request);
}

/// So that a thread does not wait any more for what it sends to be taken.
struct HangUp {
  const TcpPeer& peer;
  ~HangUp() { peer.hang_up(); }
};

/// Sends `part` as often as the network takes it in that time, reads nothing, and goes.
void flood(const std::string& endpoint, const std::string& part, std::chrono::milliseconds time) {
  const TcpPeer peer(endpoint);
  peer.send(handshake);
  REQUIRE(peer.receive(zmtp_greeting("NULL").size()).size() == zmtp_greeting("NULL").size());
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) peer.send_now(part);
}

}  // namespace

TEST_CASE("a flood that breaks off again and again does not end the broker") {
  BrokerProgram broker({"--session-ms", "400", "--beat-ms", "50"});
  RawClient client(broker.endpoint());
  client.hello();
  Transaction transaction;
  for (int i = 0; i != 5; ++i)
    transaction.set("text" + std::to_string(i), std::string(200'000, 'x'));
  REQUIRE(client.write("large", transaction).status == wire::Status::ok);
  std::string part;
  for (int i = 0; i != 100; ++i) part += framed(wire::encode(wire::SnapshotRequest{"large", ""}));
  for (int round = 0; round != 10; ++round) {
    flood(broker.endpoint(), part, flood_time);
    REQUIRE(broker.program().wait(std::chrono::milliseconds(0)) == Program::running);
  }
  CHECK(client.read("large", "text0").has_value());
}

// While libzmq's thread does not read a connection, it must not answer heartbeats that it has read
// from it before: libzmq 4.3.4 ends the process when the connection has gone meanwhile.
TEST_CASE("heartbeats among a flood that breaks off do not end the broker") {
  BrokerProgram broker({"--max-waiting-requests", "64"});
  RawClient client(broker.endpoint());
  client.hello();
  const std::string request = framed(wire::encode(wire::SnapshotRequest{"nothing", ""}));
  std::string part;
  for (int i = 0; i != 10'000; ++i) part += i % 50 == 0 ? zmtp_ping(0) : request;
  for (int round = 0; round != 20; ++round) {
    flood(broker.endpoint(), part, flood_time / 10);
    REQUIRE(broker.program().wait(std::chrono::milliseconds(0)) == Program::running);
  }
  CHECK(client.read("nothing", "x") == std::nullopt);
}

// ZeroMQ gives the broker's thread back only when it has read all, and it never has: without a
// guard nobody can connect, and the broker grows by hundreds of megabytes a second.
TEST_CASE("who subscribes and unsubscribes without a pause is ended") {
  BrokerProgram broker({"--updates", "tcp://127.0.0.1:*"});
  RawClient client(broker.endpoint());
  const wire::Welcome welcome = client.hello();
  const TcpPeer peer("tcp://127.0.0.1:" + std::to_string(welcome.updates.port));
  peer.send(zmtp_greeting("NULL") + zmtp_ready("SUB", ""));
  const std::string answer = peer.receive(zmtp_greeting("NULL").size() + 2);  // and READY's head
  REQUIRE(peer.receive(static_cast<unsigned char>(answer.back())).starts_with("\x05READY"));
  std::string part;
  for (int i = 0; i != 2000; ++i)
    part += zmtp_frame(0, std::string("\1n/x\0", 5)) + zmtp_frame(0, std::string("\0n/x\0", 5));
  const std::jthread flooding([&] {
    while (peer.send(part)) {
    }
  });
  const HangUp at_the_end{peer};
  const auto is_told = [&] {
    return broker.program().errors().find("event=floods_ended connections=1") != std::string::npos;
  };
  REQUIRE(await(is_told));
  RawClient another(broker.endpoint());
  another.hello();
  CHECK(another.write("n/x", Transaction().set("a", 1)).status == wire::Status::ok);
}
