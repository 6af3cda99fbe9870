#include "server/net/network.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "server/net/descriptor.hpp"
#include "server/net/network_world.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"
#include "wire/key_text.hpp"
#include "wire/update.hpp"
#include "zmtp/curve.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::service;
using namespace bulletin::test;

namespace {

using World = NetworkWorld;

server::Descriptor connect_to_path(const std::string& path) {
  server::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

/// Answers what comes until no connection is left. How many requests there were.
std::size_t serve_until_all_have_left(World& world) {
  std::size_t served = 0;
  bool any = false;
  REQUIRE(await([&] {
    const std::span<Request> requests = world.turn();
    for (const Request& each : requests) world.network->answer(each, "answer");
    served += requests.size();
    any = any || world.network->connections() != 0;
    return any && world.network->connections() == 0;
  }));
  return served;
}

}  // namespace

TEST_CASE("An answer to a client that has left is counted apart from one that is lost") {
  World world;
  Request kept;
  {
    const TcpPeer peer = world.connect("DEALER");
    peer.send(request("ask"));
    REQUIRE(await([&] {
      const std::span<Request> requests = world.turn();
      if (!requests.empty()) kept = std::move(requests.front());
      return !kept.body.empty();
    }));
  }
  REQUIRE(await([&] {
    world.turn();
    return world.network->connections() == 0;
  }));
  world.network->answer(kept, "answer");
  CHECK(world.counters.unclaimed == 1);
  CHECK(world.counters.dropped == 0);
}

TEST_CASE("Who has sent much waits for its turn, and who has sent little does not wait for it") {
  World world;
  const TcpPeer greedy = world.connect("DEALER");
  const TcpPeer modest = world.connect("DEALER");
  greedy.send(requests("much", 1000));
  std::size_t of_greedy = 0;
  std::size_t turns = 0;
  REQUIRE(await([&] {
    ++turns;
    for (const Request& each : world.turn()) of_greedy += each.body == "much" ? 1 : 0;
    if (turns == 1) modest.send(request("little"));
    const std::span<Request> all = world.network->requests();
    return std::any_of(all.begin(), all.end(), [](const Request& r) { return r.body == "little"; });
  }));
  CHECK(of_greedy < 1000);
  REQUIRE(await([&] {
    const std::span<Request> all = world.turn();
    CHECK(all.size() <= 16);
    of_greedy += all.size();
    return of_greedy == 1000;
  }));
}

TEST_CASE(
    "Clients that ask for much keep one that asks for little waiting for one request at most") {
  World world;
  constexpr std::size_t many = 10;
  std::vector<TcpPeer> greedy;
  for (std::size_t i = 0; i != many; ++i) greedy.push_back(world.connect("DEALER"));
  const TcpPeer modest = world.connect("DEALER");
  const std::string answer(100'000, 'x');
  const auto serve = [&](std::size_t most) {
    const std::span<Request> all = world.turn(most);
    for (const Request& each : all) world.network->answer(each, each.body == "much" ? answer : "a");
    return all;
  };
  // After the first request of each it is known.
  std::size_t served = 0;
  for (const TcpPeer& peer : greedy) peer.send(request("much"));
  REQUIRE(await([&] { return (served += serve(1000).size()) == many; }));
  for (const TcpPeer& peer : greedy) peer.send(requests("much", 8));
  REQUIRE(await([&] { return serve(1).size() == 1; }));
  for (int round = 0; round != 5; ++round) {
    modest.send(request("little"));
    std::size_t others = 0;
    REQUIRE(await([&] {
      for (const Request& each : serve(1)) {
        if (each.body == "little") return true;
        ++others;
      }
      return false;
    }));
    CHECK(others <= 2);
  }
}

TEST_CASE("The subscriptions of a connection that ends go in portions") {
  World world;
  constexpr std::size_t many = 10'000;
  std::size_t subscribed = 0;
  {
    const TcpPeer peer = world.connect("SUB");
    std::string all;
    for (std::size_t i = 0; i != many; ++i)
      all += zmtp_frame(0, "\x01" + wire::topic_of("n" + std::to_string(i)));
    peer.send(all);
    REQUIRE(await([&] {
      world.turn();
      subscribed += world.network->take_subscription_events().size();
      return subscribed == many;
    }));
  }
  std::size_t left = 0;
  REQUIRE(await([&] {
    world.turn();
    const std::vector<SubscriptionTable::Event> events = world.network->take_subscription_events();
    CHECK(events.size() <= 4096);
    CHECK((events.empty() || left + events.size() == many || !world.network->drained()));
    left += events.size();
    return world.network->connections() == 0;
  }));
  CHECK(left == many);
}

TEST_CASE("A turn takes no more requests than it is asked for, and the others keep their order") {
  World world;
  const TcpPeer first = world.connect("DEALER");
  const TcpPeer second = world.connect("DEALER");
  for (int i = 0; i != 30; ++i) {
    first.send(request("a" + std::to_string(i)));
    second.send(request("b" + std::to_string(i)));
  }
  int of_first = 0;
  int of_second = 0;
  REQUIRE(await([&] {
    const std::span<Request> all = world.turn(5);
    CHECK(all.size() <= 5);
    for (const Request& each : all)
      CHECK(each.body == (each.body[0] == 'a' ? "a" + std::to_string(of_first++)
                                              : "b" + std::to_string(of_second++)));
    return of_first == 30 && of_second == 30;
  }));
}

TEST_CASE("Of a client that does not read its answers no more requests are read until it does") {
  World world;
  const TcpPeer peer = world.connect("DEALER");
  const std::string answer(100'000, 'x');
  constexpr int count = 2000;
  peer.send_for(requests("ask", count), std::chrono::milliseconds(100));
  std::size_t taken = 0;
  const auto serve = [&] {
    const std::span<Request> all = world.turn();
    for (const Request& each : all) world.network->answer(each, answer);
    taken += all.size();
    return all.size();
  };
  // Until nothing more comes: what the kernel takes, and a megabyte.
  REQUIRE(await([&] { return serve() == 0 && taken != 0; }));
  CHECK(taken < count);
  std::size_t received = 0;
  REQUIRE(await([&] {
    received += peer.receive(answer.size()).size();
    serve();
    return taken == count;
  }));
}

TEST_CASE("Frames that lead to nothing have their share of a turn like requests") {
  const std::string part = zmtp_frame(more_flag, "part");
  for (const auto& [type, unit] : {std::pair{"SUB", zmtp_frame(0, "")},
                                   {"SUB", part + part + part + zmtp_frame(0, "")},
                                   {"SUB", zmtp_ping(0)},
                                   {"DEALER", zmtp_ping(0)},
                                   {"DEALER", zmtp_frame(command_flag, "\7UNKNOWN")}}) {
    World world;
    const TcpPeer peer = world.connect(type);
    std::string all;
    while (all.size() < 20'000) all += unit;
    peer.send(all);
    const std::size_t count = all.size() / unit.size();
    std::size_t messages = 0;
    REQUIRE(await([&] {
      world.turn();
      CHECK(world.network->messages() <= 1100);
      messages += world.network->messages();
      return messages >= count;
    }));
  }
}

TEST_CASE("All connections together have a bounded share of a turn") {
  World world;
  std::vector<TcpPeer> peers;
  std::string all;
  while (all.size() < 6000) all += zmtp_frame(0, "");
  for (int i = 0; i != 100; ++i) peers.push_back(world.connect("SUB"));
  const TcpPeer modest = world.connect("DEALER");
  for (const TcpPeer& peer : peers) peer.send(all);
  modest.send(request("little"));
  std::size_t messages = 0;
  bool served = false;
  REQUIRE(await([&] {
    served = !world.turn().empty() || served;
    CHECK(world.network->messages() < 70'000);
    messages += world.network->messages();
    return served && messages >= 100 * all.size() / 2;
  }));
}

TEST_CASE("Handshakes with keys have a bounded share of a turn") {
  const std::string path = "/tmp/bulletin-network-test-key-" + std::to_string(::getpid());
  const zmtp::KeyPair keys;
  {
    std::ofstream file(path);
    file << wire::key_text(keys.secret_key) << '\n';
  }
  REQUIRE(::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0);
  World world(0, "tcp://127.0.0.1:*", path);
  REQUIRE(std::remove(path.c_str()) == 0);
  // They do not open, as they are for no key, and to find it out has its cost.
  const std::string hello = zmtp_frame(
      command_flag, std::string("\5HELLO\1\0", 8) + std::string(72, '\0') + std::string(120, 'x'));
  std::vector<TcpPeer> strangers;
  for (std::size_t i = 1; i <= 200; ++i) {
    strangers.emplace_back(to_string(world.network->commands_endpoint()));
    REQUIRE(await([&] {
      world.turn();
      return world.network->connections() == i;
    }));
  }
  for (const TcpPeer& stranger : strangers) stranger.send(zmtp_greeting("CURVE") + hello);
  std::size_t before = world.network->connections();
  std::size_t turns = 0;
  REQUIRE(await([&] {
    world.turn();
    const std::size_t now = world.network->connections();
    CHECK(before - now <= 33);
    before = now;
    ++turns;
    return now == 0;
  }));
  CHECK(turns > 3);
}

TEST_CASE("A handshake is read after known clients have been answered") {
  World world;
  const TcpPeer newcomer(to_string(world.network->commands_endpoint()));
  newcomer.send(zmtp_greeting("NULL") + zmtp_ready("DEALER", ""));
  REQUIRE(await([&] {
    world.network->read(1000, Network::Time::clock::now());
    const std::size_t before = world.network->messages();
    world.network->flush();
    return before == 0 && world.network->messages() == 1;
  }));
}

TEST_CASE("What a client sent before it left is served, over tcp and over ipc") {
  // One request, more than have a turn, and many.
  for (const int count : {1, 40, 300}) {
    const std::string body(count == 300 ? 400 : 10, 'b');
    const std::string all =
        zmtp_greeting("NULL") + zmtp_ready("DEALER", "") + requests(body, count);
    {
      World world;
      std::size_t sent = 0;
      {
        const TcpPeer peer(to_string(world.network->commands_endpoint()));
        sent = peer.send_for(all, std::chrono::milliseconds(10));
      }
      REQUIRE(sent == all.size());
      CHECK(serve_until_all_have_left(world) == static_cast<std::size_t>(count));
    }
    const std::string path = "/tmp/bulletin-network-test-" + std::to_string(::getpid());
    World world(0, "ipc://" + path);
    {
      const server::Descriptor peer = connect_to_path(path);
      REQUIRE(::send(peer.get(), all.data(), all.size(), MSG_DONTWAIT) ==
              static_cast<ssize_t>(all.size()));
    }
    CHECK(serve_until_all_have_left(world) == static_cast<std::size_t>(count));
  }
}

TEST_CASE("A client that leaves in the middle of its requests has those served that are whole") {
  const std::string path = "/tmp/bulletin-network-test-" + std::to_string(::getpid());
  World world(0, "ipc://" + path);
  {
    const server::Descriptor peer = connect_to_path(path);
    const std::string all = zmtp_greeting("NULL") + zmtp_ready("DEALER", "") +
                            requests("body", 20) + request("body").substr(0, 5);
    REQUIRE(::send(peer.get(), all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
  }
  CHECK(serve_until_all_have_left(world) == 20);
  CHECK(world.counters.unclaimed != 0);
}

TEST_CASE("Answers on their way arrive when the broker ends, whatever the client sends meanwhile") {
  World world;
  const TcpPeer peer = world.connect("DEALER");
  const std::string answer(300'000, 'a');
  peer.send(request("ask"));
  REQUIRE(await([&] {
    const std::span<Request> all = world.turn();
    for (const Request& each : all) world.network->answer(each, answer);
    return !all.empty();
  }));
  world.network->flush();
  peer.send(requests("late", 100));
  world.network.reset();
  const std::string all = peer.receive_all();
  CHECK(all.find(answer) != std::string::npos);
}

TEST_CASE("A broker ends although a connection with a fault has output") {
  World world;
  const TcpPeer peer = world.connect("DEALER");
  peer.send(zmtp_ping(0) + zmtp_ping(0) + std::string(10, '\x7f'));
  world.network->read(1000, Network::Time::clock::now());
  world.network.reset();
  CHECK(peer.is_turned_away());
}

TEST_CASE("An update goes to those who subscribe to it or to a beginning, once to each") {
  World world;
  const TcpPeer exact = world.connect("SUB");
  const TcpPeer prefix = world.connect("SUB");
  const TcpPeer other = world.connect("SUB");
  const std::string topic = wire::topic_of("plant");
  exact.send(zmtp_frame(0, "\1" + topic) + zmtp_frame(0, "\1pl") + zmtp_frame(0, "\1"));
  prefix.send(zmtp_frame(0, "\1pl"));
  other.send(zmtp_frame(0, "\1" + wire::topic_of("plants")));
  std::size_t events = 0;
  REQUIRE(await([&] {
    world.turn();
    events += world.network->take_subscription_events().size();
    return events == 2;
  }));
  REQUIRE(await([&] {
    world.turn();
    return world.network->drained();
  }));
  world.network->publish(topic, "update");
  world.network->publish(wire::topic_of("plants"), "another");
  world.network->flush();
  const std::string head = zmtp_greeting("NULL");
  const auto heard = [&](const TcpPeer& peer, const std::string& name, const std::string& body) {
    const std::string wanted = zmtp_frame(more_flag, wire::topic_of(name)) + zmtp_frame(0, body);
    std::string all;
    while (all.find(wanted) == std::string::npos) {
      const std::string part = peer.receive(1);
      REQUIRE_FALSE(part.empty());
      all += part;
    }
    return all.substr(all.find("XPUB") + 4);
  };
  CHECK(heard(exact, "plant", "update").size() == 2 + 6 + 2 + 6);
  CHECK(heard(prefix, "plant", "update").size() == 2 + 6 + 2 + 6);
  CHECK(heard(other, "plants", "another").find("update") == std::string::npos);
}

TEST_CASE("When connections keep too much the one that keeps most ends") {
  World world(1u << 20);
  const TcpPeer heavy = world.connect("DEALER");
  const TcpPeer light = world.connect("DEALER");
  // A body of which a part has come.
  const std::string head = std::string("\2\0\0\0\0\0\xff\0\0", 9);
  light.send(zmtp_frame(more_flag, "") + head + std::string(1000, 'l'));
  heavy.send_for(zmtp_frame(more_flag, "") + head + std::string(4u << 20, 'h'),
                 std::chrono::milliseconds(10));
  REQUIRE(await([&] {
    world.turn();
    return world.counters.connections_too_large == 1;
  }));
  REQUIRE(await([&] {
    world.turn();
    return world.network->connections() == 1;
  }));
  CHECK(heavy.is_turned_away());
}
