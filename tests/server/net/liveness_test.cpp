#include "server/net/liveness.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/config/network_bounds.hpp"
#include "server/net/connection_table.hpp"
#include "server/net/descriptor.hpp"
#include "server/net/event_poll.hpp"
#include "server/net/network_world.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;
using namespace bulletin::test;

namespace {

/// Hands out the broker's ends of connections, whose handshakes are over.
class Listening {
 public:
  Listening() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), generic, size) == 0);
    REQUIRE(::listen(socket_.get(), 8) == 0);
    REQUIRE(::getsockname(socket_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::unique_ptr<Connection> accepted(std::uint64_t id) const {
    Descriptor socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK));
    REQUIRE(socket.get() >= 0);
    auto connection = std::make_unique<Connection>(id, std::move(socket), std::string(), nullptr,
                                                   1u << 20, Connection::Time());
    std::string_view input;
    std::string output;
    const std::string said = zmtp_greeting("NULL", 0) + zmtp_ready("DEALER", "");
    input = said;
    while (connection->peer.read(input, output) != zmtp::Peer::Event::knocks) {
    }
    connection->peer.admit(output);
    return connection;
  }

 private:
  Descriptor socket_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("A peer that was asked and has been silent since for the whole time ends") {
  NetworkWorld world;
  const TcpPeer silent = world.connect("DEALER", 1);
  const TcpPeer silent_reader = world.connect("SUB", 1);
  const TcpPeer unasked = world.connect("DEALER", 0);
  world.settle();
  world.tend_for(std::chrono::seconds(60));
  CHECK(world.network->connections() == 3);
  world.tend_for(std::chrono::seconds(10));
  CHECK(world.network->connections() == 1);
  CHECK(silent.receive_all().find("PING") != std::string::npos);
  // A peer of ZMTP 3.0 need not know PING: TCP finds out whether its host is there.
  world.tend_for(std::chrono::seconds(1000));
  CHECK(world.network->connections() == 1);
  world.network.reset();
  CHECK(unasked.receive_all().find("PING") == std::string::npos);
}

TEST_CASE("A pause of the broker makes no peer silent") {
  NetworkWorld world;
  const TcpPeer peer = world.connect("DEALER", 1);
  world.settle();
  world.tend_for(std::chrono::seconds(10));
  world.tend_for(std::chrono::hours(5), std::chrono::hours(1));
  CHECK(world.network->connections() == 1);
  world.tend_for(std::chrono::seconds(70));
  CHECK(world.network->connections() == 0);
}

TEST_CASE("A client that is not read because it does not read its answers is not silent") {
  NetworkWorld world;
  const TcpPeer peer = world.connect("DEALER", 1);
  world.settle();
  const std::string answer(500'000, 'x');
  peer.send(requests("ask", 100));
  std::size_t taken = 0;
  REQUIRE(await([&] {
    const std::span<Request> all = world.turn();
    for (const Request& each : all) world.network->answer(each, answer);
    taken += all.size();
    return all.empty() && taken != 0;
  }));
  REQUIRE(taken < 100);
  world.later = Network::Time::clock::now();
  world.tend_for(std::chrono::seconds(1000));
  CHECK(world.network->connections() == 1);
  // And it has all of its answers when it reads again.
  std::size_t received = 0;
  REQUIRE(await([&] {
    received += peer.receive(answer.size()).size();
    const std::span<Request> all = world.turn();
    for (const Request& each : all) world.network->answer(each, answer);
    taken += all.size();
    return taken == 100;
  }));
}

TEST_CASE(
    "The kernel asks whether the host is there and gives a peer that does not read its time") {
  const server::Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  Liveness::prepare(socket.get(), std::chrono::seconds(5));
  const auto option = [&](int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(socket.get(), level, name, &value, &size) == 0);
    return value;
  };
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) +
            option(IPPROTO_TCP, TCP_KEEPINTVL) * option(IPPROTO_TCP, TCP_KEEPCNT) ==
        5);
}

TEST_CASE("A host that answers nothing ends its connection while data waits for it") {
  NetworkBounds bounds{BrokerOptions()};
  bounds.host_timeout = std::chrono::milliseconds(300);
  Counters counters;
  const auto log = silent_log();
  EventPoll poll;
  ConnectionTable connections(poll, bounds, counters, *log);
  Liveness liveness(connections, bounds);
  const Listening listening;
  const TcpPeer gone(listening.endpoint());
  Connection& to_gone = connections.add(listening.accepted(1));
  const TcpPeer stopped(listening.endpoint());
  Connection& to_stopped = connections.add(listening.accepted(2));
  const std::string data(32u << 20, 'x');
  gone.drop_all_packets();
  for (Connection* const each : {&to_gone, &to_stopped}) {
    each->output.append([&](std::string& out) { out = data; });
    connections.flush(*each);
    REQUIRE_FALSE(each->output.empty());
  }
  REQUIRE(await([&] {
    liveness.look(Liveness::Time::clock::now());
    return to_gone.ends;
  }));
  CHECK_FALSE(to_stopped.ends);
}
