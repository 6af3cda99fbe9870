// What hostile clients take of a broker's memory.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "process/attacks.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"
#include "support/sanitizer.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

constexpr std::size_t mebibyte = 1u << 20;

/// Until so many bytes have been taken, or nothing more is.
std::size_t send_much(const TcpPeer& peer, const std::string& greeting,
                      const std::function<std::string()>& part, std::size_t most) {
  std::size_t sent = peer.send_for(greeting, send_time);
  while (sent < most) {
    const std::string bytes = part();
    const std::size_t taken = peer.send_for(bytes, send_time);
    sent += taken;
    if (taken < bytes.size()) break;
  }
  return sent;
}

/// One number in $sys/broker.
std::size_t counted(RawClient& client, std::string_view name) {
  return static_cast<std::size_t>(
      client.read("$sys/broker", name).value_or(Value(0)).as<std::int64_t>());
}

/// A WRITE of this session with many items of one transaction.
std::string write_of(const wire::SessionId& session, std::uint64_t lane, std::uint64_t number,
                     std::size_t items, const std::string& space, const Transaction& transaction) {
  wire::Write write{session, lane, number, {}};
  const std::string bytes = transaction.encoded();
  for (std::size_t i = 0; i != items; ++i) write.items.push_back({space, 0, bytes});
  return wire::encode(write);
}

/// A client that fills the board and what sessions keep, in every way that takes much for a byte.
void fill(const std::string& endpoint, int round) {
  RawClient client(endpoint);
  client.hello();
  const std::string name = std::to_string(round) + "-";
  Transaction sums;
  for (int i = 0; i != 10'000; ++i) sums.add("n", 0);
  Transaction leased;
  for (int i = 0; i != 10'000; ++i)
    leased.set(name + std::to_string(i), 1, {.ephemeral = true, .ttl = std::chrono::hours(1)});
  Transaction plain;
  for (int i = 0; i != 10'000; ++i) plain.set(std::to_string(i), i);
  std::uint64_t number = 0;
  for (std::uint64_t lane = 1; lane != 30; ++lane)
    client.ask(write_of(client.session(), lane, ++number, 4, "sums", sums));
  for (int i = 0; i != 10; ++i) {
    const std::string space = name + std::to_string(i);
    client.ask(write_of(client.session(), 1, ++number, 1, "leased/" + space, leased));
    client.ask(write_of(client.session(), 1, ++number, 1, "plain/" + space, plain));
  }
  client.ask(write_of(client.session(), 1, ++number, 1, "large/" + std::to_string(round),
                      Transaction().set("x", std::string(mebibyte - 1000, 'x'))));
}

}  // namespace

TEST_CASE("subscriptions take the memory that they are counted for, and past it they end") {
  constexpr std::size_t bound = 16 * mebibyte;
  BrokerProgram broker({"--max-subscription-bytes", "16MiB"});
  RawClient innocent(broker.endpoint());
  innocent.hello();
  const std::string updates = updates_endpoint_of(broker);
  const std::size_t before = resident_bytes(broker);
  std::vector<TcpPeer> peers;
  std::size_t sent = 0;
  constexpr std::size_t many = 3;
  for (std::size_t i = 0; i != many; ++i) {
    const TcpPeer& peer = peers.emplace_back(updates);
    sent += send_much(
        peer, subscriber, [] { return new_subscriptions(1000); }, 8 * mebibyte);
    CHECK(innocent.write("n/x", Transaction().set("a", static_cast<int>(i))).status ==
          wire::Status::ok);
  }
  CHECK(await([&] { return counted(innocent, "subscriptions_dropped") == many; }));
  const std::size_t most = most_resident_bytes(broker) - before;
  std::cout << "subscriptions: " << sent << " bytes sent by " << many << " connections, at most "
            << most << " of memory, which may be " << many * bound << "\n";
  CHECK((under_sanitizer || most < many * bound + many * bound / 5 + 8 * mebibyte));
}

TEST_CASE(
    "one user's connections end when their subscriptions are more than the network may keep") {
  BrokerProgram broker({"--max-network-bytes", "24MiB", "--max-subscription-bytes", "1GiB"});
  RawClient innocent(broker.endpoint());
  innocent.hello();
  const std::string updates = updates_endpoint_of(broker);
  const std::size_t before = resident_bytes(broker);
  std::vector<TcpPeer> peers;
  for (int i = 0; i != 20; ++i) peers.emplace_back(updates);
  for (const TcpPeer& peer : peers)
    send_much(
        peer, subscriber, [] { return new_subscriptions(500); }, 60'000);
  CHECK(await([&] { return counted(innocent, "connections_too_large") >= 1; }));
  CHECK(innocent.write("n/x", Transaction().set("a", 1)).status == wire::Status::ok);
  const std::size_t most = most_resident_bytes(broker) - before;
  std::cout << "subscriptions of 20 connections: at most " << most << " of memory\n";
  // What has ended stays known for the time of a session, as a namespace that is counted.
  CHECK((under_sanitizer || most < 80 * mebibyte));
}

TEST_CASE("a broker that is told its memory keeps within it whatever clients do") {
  constexpr std::size_t bound = 128 * mebibyte;
  BrokerProgram broker(
      {"--memory", std::to_string(bound / mebibyte) + "MiB", "--session-ms", "60000"});
  RawClient innocent(broker.endpoint());
  innocent.hello();
  CHECK(counted(innocent, "memory_bound") == bound);
  const std::string updates = updates_endpoint_of(broker);
  const auto check = [&](std::string_view what) {
    innocent.keep_alive();
    innocent.read("n/x", "a");
    const std::size_t most = most_resident_bytes(broker);
    std::cout << what << ": " << resident_bytes(broker) / mebibyte << " MiB, at most "
              << most / mebibyte << " of " << bound / mebibyte << "\n";
    INFO(what);
    CHECK((under_sanitizer || most < bound));
    REQUIRE(broker.program().wait(std::chrono::milliseconds(0)) == Program::running);
  };
  check("at first");
  std::vector<TcpPeer> peers;
  for (int i = 0; i != 6; ++i) {
    const TcpPeer& peer = peers.emplace_back(updates);
    send_much(
        peer, subscriber, [] { return new_subscriptions(1000); }, 2 * mebibyte);
  }
  check("subscriptions");
  for (int round = 0; round != 4; ++round) {
    fill(broker.endpoint(), round);
    check("writes");
  }
  // Many ask for much at once, and read nothing.
  std::string reads;
  for (int i = 0; i != 40; ++i)
    reads += framed(wire::encode(wire::Read{"large/0", {"x"}})) +
             framed(wire::encode(wire::SnapshotRequest{"plain/0-1", ""}));
  std::vector<TcpPeer> readers;
  for (int i = 0; i != 60; ++i) {
    const TcpPeer& peer = readers.emplace_back(broker.endpoint());
    peer.send_for(handshake + reads, send_time);
  }
  check("answers that are not read");
  readers.clear();
  for (const Attack& attack : attacks()) {
    std::vector<TcpPeer> some;
    for (int i = 0; i != 2; ++i) {
      const bool subscribes = attack.greeting.find("SUB") != std::string::npos;
      const TcpPeer& peer = some.emplace_back(subscribes ? updates : broker.endpoint());
      send_much(
          peer, attack.greeting, [&] { return attack.part; }, 6 * mebibyte);
    }
    check(attack.name);
  }
}
