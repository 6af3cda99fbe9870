// What can be done with connections, handshakes, frames and subscriptions.

#include <chrono>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "board/hostile.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

using test::ZmtpPeer;

constexpr std::size_t megabyte = 1u << 20;

// --- strangers ---

void say_nothing(Hostile& hostile) {
  std::deque<ZmtpPeer> peers;
  const std::size_t most = hostile.amount(900);
  hostile.again([&] {
    peers.emplace_back(hostile.commands());
    if (peers.size() > most) peers.pop_front();
  });
}

void come_and_go(Hostile& hostile) {
  hostile.again([&] {
    ZmtpPeer peer(hostile.commands());
    hostile.send(peer, "hello");
  });
}

void handshake_without_end(Hostile& hostile) {
  const std::string part(megabyte, 'x');
  hostile.flood(
      [&] {
        ZmtpPeer peer(hostile.commands());
        hostile.send(peer, test::zmtp_greeting("CURVE") + std::string("\6\0\0\0\0\1\0\0\0", 9));
        return peer;
      },
      [&](ZmtpPeer& peer) { return hostile.send(peer, part); });
}

/// As far as they cost the broker most.
void handshakes(Hostile& hostile) {
  hostile.again([&] {
    ZmtpPeer peer(hostile.commands());
    std::string bytes = test::zmtp_greeting("CURVE");
    zmtp::append_frame(test::CurveClient(hostile.server_key()).hello(), false, true, bytes);
    hostile.send(peer, bytes);
    static_cast<void>(peer.next_frame());
  });
}

/// So slowly that no connection is ever idle.
void drip(Hostile& hostile) {
  std::deque<test::TcpPeer> peers;
  for (std::size_t i = 0; i != 32; ++i)
    peers.emplace_back(hostile.metrics()).send_now("GET /metrics HTTP/1.1\r\nX: ");
  hostile.again([&] {
    for (test::TcpPeer& peer : peers) {
      if (!peer.send("x")) {
        peers.emplace_back(hostile.metrics());
        peers.pop_front();
        break;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
}

// --- users ---

/// The same frame again and again.
Deed frames(const std::string& name, std::size_t size, bool more) {
  return {user::nobody, name, [=](Hostile& hostile) {
            const std::string body(size, 'x');
            const std::size_t together = megabyte / (size + 40) + 1;
            hostile.flood([&] { return hostile.requests(); },
                          [&](ZmtpPeer& peer) {
                            std::string bytes;
                            for (std::size_t i = 0; i != together; ++i)
                              bytes += peer.frame(body, more);
                            return hostile.send(peer, bytes);
                          });
          }};
}

/// As many properties, or as long ones, as a handshake takes, and more.
void metadata(Hostile& hostile) {
  std::size_t size = 3500;
  std::deque<ZmtpPeer> peers;
  const std::size_t most = hostile.amount(400);
  hostile.again([&] {
    size = size == 3500 ? 15 * megabyte : 3500;
    peers.push_back(hostile.requests(test::zmtp_property("Identity", std::string(size, 'i'))));
    if (peers.size() > most) peers.pop_front();
  });
}

std::string subscription(bool begins, const std::string& topic) {
  return std::string(1, begins ? '\1' : '\0') + topic;
}

/// Short ones, each another one.
void topics(Hostile& hostile) {
  std::size_t count = 0;
  hostile.flood(
      [&] { return hostile.subscriber(); },
      [&](ZmtpPeer& peer) {
        std::string bytes;
        for (int i = 0; i != 10'000; ++i)
          bytes += peer.frame(subscription(true, wire::topic_of("pub/" + std::to_string(++count))));
        return hostile.send(peer, bytes);
      });
}

/// On so many connections, which then close.
void topics_that_come_and_go(Hostile& hostile, std::size_t connections) {
  const std::size_t most = hostile.amount(100'000);
  hostile.again([&] {
    std::vector<ZmtpPeer> peers;
    for (std::size_t c = 0; c != connections; ++c) {
      peers.push_back(hostile.subscriber());
      std::string bytes;
      for (std::size_t i = 0; i != most; ++i)
        bytes += peers.back().frame(
            subscription(true, wire::topic_of("pub/" + std::to_string(c * most + i))));
      hostile.send(peers.back(), bytes);
    }
  });
}

void subscribe_and_end(Hostile& hostile) {
  hostile.flood([&] { return hostile.subscriber(); },
                [&](ZmtpPeer& peer) {
                  std::string bytes;
                  for (int i = 0; i != 5000; ++i) {
                    bytes += peer.frame(subscription(true, wire::topic_of("pub")));
                    bytes += peer.frame(subscription(false, wire::topic_of("pub")));
                  }
                  return hostile.send(peer, bytes);
                });
}

}  // namespace

std::vector<Deed> deeds_of_connections() {
  return {
      {user::stranger, "900 connections that say nothing", say_nothing},
      {user::stranger, "connections that come and go", come_and_go},
      {user::stranger, "handshakes without an end", handshake_without_end},
      {user::stranger, "handshakes with an unknown key", handshakes},
      {user::stranger, "32 metrics requests that drip", drip, {}, true},
      {user::nobody, "handshakes with 4 KB and 15 MB of properties", metadata},
      frames("messages without an end", 0, true),
      frames("messages without a delimiter", 1, false),
      frames("4 MiB before a delimiter", 4 * megabyte, true),
      {user::reader, "short topics, all different", topics},
      {user::reader, "100,000 topics that come and go",
       [](Hostile& hostile) { topics_that_come_and_go(hostile, 1); }},
      {user::reader, "400,000 topics of 4 connections that come and go",
       [](Hostile& hostile) { topics_that_come_and_go(hostile, 4); }},
      {user::reader, "one topic, begun and ended", subscribe_and_end},
  };
}

}  // namespace bulletin::bench
