// Clients that ask for much, take nothing, and go.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "process/attacks.hpp"
#include "process/shell.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"
#include "support/sanitizer.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// Longer than the broker's heartbeats would take to miss an answer.
constexpr std::chrono::milliseconds flood_time{500};

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

TEST_CASE("heartbeats among a flood that breaks off do not end the broker") {
  BrokerProgram broker;
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

TEST_CASE("who subscribes and unsubscribes without a pause makes nobody wait") {
  BrokerProgram broker;
  const std::string updates = updates_endpoint_of(broker);
  const TcpPeer peer(updates);
  peer.send(zmtp_greeting("NULL") + zmtp_ready("SUB", ""));
  std::string part;
  for (int i = 0; i != 2000; ++i)
    part += zmtp_frame(0, std::string("\1n/x\0", 5)) + zmtp_frame(0, std::string("\0n/x\0", 5));
  const std::jthread flooding([&] {
    while (peer.send(part)) {
    }
  });
  const HangUp at_the_end{peer};
  const std::size_t before = resident_bytes(broker);
  RawClient another(broker.endpoint());
  another.hello();
  for (int i = 0; i != 300; ++i)
    CHECK(another.write("n/x", Transaction().set("a", i)).status == wire::Status::ok);
  CHECK((under_sanitizer || resident_bytes(broker) < before + (20u << 20)));
}

TEST_CASE("whatever a connection sends takes at most four times its bytes of memory") {
  constexpr std::size_t sent_by_each = 24u << 20;
  BrokerProgram broker;
  RawClient innocent(broker.endpoint());
  innocent.hello();
  const std::string updates = updates_endpoint_of(broker);
  for (const Attack& attack : attacks()) {
    const std::size_t before = resident_bytes(broker);
    std::vector<TcpPeer> peers;
    std::size_t sent = 0;
    std::size_t most = 0;
    for (int i = 0; i != 3; ++i) {
      const bool subscribes = attack.greeting.find("SUB") != std::string::npos;
      const TcpPeer& peer = peers.emplace_back(subscribes ? updates : broker.endpoint());
      sent += peer.send_for(attack.greeting, send_time);
      for (std::size_t of_this = 0; of_this < sent_by_each;) {
        const std::size_t taken = peer.send_for(attack.part, send_time);
        of_this += taken;
        sent += taken;
        if (taken < attack.part.size()) break;  // ended, or not read on
      }
      CHECK(innocent.write("n/x", Transaction().set("a", i)).status == wire::Status::ok);
      most = std::max(most, resident_bytes(broker));
    }
    INFO(attack.name << ": " << sent << " bytes sent, " << (most - std::min(before, most))
                     << " of memory");
    // Beside what libraries and pages of the heap take at first.
    CHECK((under_sanitizer || most < before + 4 * sent + (4u << 20)));
    CHECK((under_sanitizer || most < before + (100u << 20)));
    REQUIRE(broker.program().wait(std::chrono::milliseconds(0)) == Program::running);
  }
}

TEST_CASE("names that connections give themselves do not end the broker") {
  BrokerProgram broker;
  RawClient innocent(broker.endpoint());
  innocent.hello();
  std::vector<TcpPeer> peers;
  // The ids that libzmq gave next: 00 and four bytes that count up, from a start that is known.
  for (std::uint32_t id = 0xE43C9869; id != 0xE43C9869 + 300; ++id) {
    std::string name(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) name.push_back(static_cast<char>(id >> shift));
    const TcpPeer& peer = peers.emplace_back(broker.endpoint());
    peer.send(zmtp_greeting("NULL") + zmtp_ready("DEALER", name));
  }
  for (int i = 0; i != 20; ++i) {
    RawClient unnamed(broker.endpoint());
    unnamed.hello();
  }
  CHECK(innocent.write("n/x", Transaction().set("a", 1)).status == wire::Status::ok);
}

TEST_CASE("who ends a subscription that it never had ends no beats of others") {
  BrokerProgram broker({"--beat-ms", "50"});
  const std::string updates = updates_endpoint_of(broker);
  RawReader reader(updates);
  reader.follow("plant");
  const TcpPeer peer(updates);
  peer.send(zmtp_greeting("NULL") + zmtp_ready("SUB", "") +
            zmtp_frame(0, std::string("\0plant\0", 7)) + zmtp_frame(0, std::string("\0", 1)));
  for (int beats = 0; beats != 5; ++beats) reader.await_beat(wire::topic_of("plant"));
  REQUIRE(peer.receive(zmtp_greeting("NULL").size()).size() == zmtp_greeting("NULL").size());
  for (int beats = 0; beats != 5; ++beats) reader.await_beat(wire::topic_of("plant"));
}
