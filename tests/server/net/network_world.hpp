// A network without a broker, for tests: turns are the test's.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/net/network.hpp"
#include "server/telemetry/loggers.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"

namespace bulletin::test {

struct NetworkWorld {
  explicit NetworkWorld(std::size_t network_bytes = 0,
                        const std::string& bind = "tcp://127.0.0.1:*",
                        const std::string& secret_key = {}) {
    options.bind = bind;
    options.secret_key = secret_key;
    options.bounds.network_bytes = network_bytes;
    network.emplace(options, access, counters, *log);
  }

  std::span<service::Request> turn(std::size_t most = 1000) {
    network->flush();
    network->tend(server::Network::Time::clock::now());
    network->read(most, server::Network::Time::clock::now());
    return network->requests();
  }
  TcpPeer connect(std::string_view type, char minor_version = 0) {
    TcpPeer peer(to_string(network->commands_endpoint()));
    peer.send(zmtp_greeting("NULL", minor_version) + zmtp_ready(type, ""));
    const std::size_t before = connected;
    REQUIRE(await([&] {
      turn();
      return network->connections() > before;
    }));
    ++connected;
    return peer;
  }

  /// What `tend` makes of so many seconds: `step` passes between its calls.
  void tend_for(std::chrono::seconds time, std::chrono::seconds step = std::chrono::seconds(1)) {
    const server::Network::Time end = later + time;
    for (; later < end; later += step) {
      network->read(1000, later);
      network->tend(later);
      network->flush();
    }
  }
  /// The handshakes of all who have connected are over.
  void settle() {
    REQUIRE(await([&] {
      turn();
      return network->drained() && network->next_look() > std::chrono::milliseconds(50);
    }));
  }

  server::Network::Time later = server::Network::Time::clock::now();  // for `tend_for`
  BrokerOptions options;
  server::Access access;
  service::Counters counters;
  std::shared_ptr<spdlog::logger> log = server::silent_log();
  std::optional<server::Network> network;
  std::size_t connected = 0;
};

inline std::string request(const std::string& body) {
  return zmtp_frame(more_flag, "") + zmtp_frame(0, body);
}

inline std::string requests(const std::string& body, int count) {
  std::string all;
  for (int i = 0; i != count; ++i) all += request(body);
  return all;
}

}  // namespace bulletin::test
