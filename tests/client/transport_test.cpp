// The contract of a transport, over each kind that there is.
#include "client/transport/transport.hpp"

#include <poll.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/poller.hpp"
#include "client/transport_contract.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::client::Channel;
using bulletin::client::ConnectionEvent;
using bulletin::client::Transport;
using bulletin::client::wait_for;

namespace {

using Kind = ConnectionEvent::Kind;

/// A transport, its peer, and the thread that drives, which is the test's.
struct World {
  explicit World(const TransportKind& kind)
      : peer(kind.make_peer()), transport(peer->make_transport()) {}

  /// Waits until it is there, in as many turns as it takes.
  bool turns_until(const std::function<bool()>& is_there) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_there()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      (void)transport->wait(10ms);
    }
    return true;
  }
  /// What is asked for is sent as soon as there is a connection.
  void send(Channel channel, const std::string& request) {
    REQUIRE(turns_until([&] { return transport->send(channel, request); }));
  }
  std::string answer(Channel channel) {
    std::string answer;
    REQUIRE(turns_until([&] {
      const auto next = transport->next_answer(channel);
      if (next) answer = *next;
      return next.has_value();
    }));
    return answer;
  }
  bool happens(Channel channel, Kind kind) {
    return turns_until([&] {
      const auto event = transport->next_event();
      return event && event->channel == channel && event->kind == kind;
    });
  }
  void open_updates() {
    transport->open_updates({"topic"});
    transport->connect_updates(peer->updates_endpoint());
    peer->await_subscription("topic");
  }
  /// The bodies of so many updates.
  std::vector<std::string> updates(std::size_t count) {
    std::vector<std::string> bodies;
    REQUIRE(turns_until([&] {
      while (const auto update = transport->next_update()) bodies.emplace_back(update->body);
      return bodies.size() >= count;
    }));
    return bodies;
  }
  /// Whether the descriptor, by itself, tells that a wait would return.
  bool tells(std::chrono::milliseconds within) const {
    pollfd item{transport->descriptor(), POLLIN, 0};
    wait_for({&item, 1}, within);
    return item.revents != 0;
  }
  /// Until there is nothing to take.
  bool comes_to_rest() {
    return await([&] {
      if (!transport->is_ready() && !tells(0ms)) return true;
      (void)transport->wait(0ms);
      while (transport->next_event()) {
      }
      while (transport->next_update()) {
      }
      for (const Channel channel : {Channel::commands, Channel::writes}) {
        while (transport->next_answer(channel)) {
        }
      }
      return false;
    });
  }

  std::unique_ptr<TransportPeer> peer;
  std::unique_ptr<Transport> transport;
};

const std::vector<TransportKind>& kinds() {
  static const std::vector<TransportKind> all = {zmq_transport_kind()};
  return all;
}

}  // namespace

TEST_CASE("A transport brings the answer to the channel that asked") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.send(Channel::commands, "command");
    REQUIRE(world.peer->hear() == "command");
    world.peer->answer("to the command");
    CHECK(world.answer(Channel::commands) == "to the command");
    world.send(Channel::writes, "write");
    REQUIRE(world.peer->hear() == "write");
    world.peer->answer("to the write");
    CHECK(world.answer(Channel::writes) == "to the write");
    CHECK_FALSE(world.transport->next_answer(Channel::commands));
  }
}

TEST_CASE("A transport that is idle is not ready and its descriptor is quiet") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.open_updates();
    world.send(Channel::writes, "write");
    REQUIRE(world.peer->hear() == "write");
    REQUIRE(world.comes_to_rest());
    world.peer->answer("answer");
    CHECK(world.tells(patience));
    CHECK(world.answer(Channel::writes) == "answer");
    CHECK(world.comes_to_rest());
  }
}

TEST_CASE("A transport that is awaited by its descriptor alone loses no wake-up") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.open_updates();
    for (int i = 0; i < 200; ++i) {
      world.send(Channel::writes, std::to_string(i));
      REQUIRE(world.peer->hear() == std::to_string(i));
      // Either order, as on two connections.
      if (i % 2 == 0) world.peer->answer("answer");
      world.peer->publish("topic", "update");
      if (i % 2 != 0) world.peer->answer("answer");
      bool answered = false;
      bool updated = false;
      while (!answered || !updated) {
        if (!world.transport->is_ready()) REQUIRE(world.tells(patience));
        (void)world.transport->wait(0ms);
        while (world.transport->next_event()) {
        }
        if (world.transport->next_update()) updated = true;
        if (world.transport->next_answer(Channel::writes)) answered = true;
      }
    }
  }
}

TEST_CASE("A later request gives up the one before and its late answer is discarded") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.send(Channel::writes, "first");
    REQUIRE(world.peer->hear() == "first");
    world.send(Channel::writes, "second");
    world.peer->answer("late");
    REQUIRE(world.peer->hear() == "second");
    world.peer->answer("answer");
    CHECK(world.answer(Channel::writes) == "answer");
  }
}

TEST_CASE("Updates arrive in their order and only those that are subscribed to") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.open_updates();
    std::vector<std::string> said;
    for (int i = 0; i < 3000; ++i) {
      said.push_back(std::to_string(i) + std::string(1000, 'x'));  // more than one wait takes
      world.peer->publish("other", "unheard");
      world.peer->publish("topic", said.back());
    }
    CHECK(world.updates(said.size()) == said);
    world.transport->subscribe({{true, "later"}, {false, "topic"}});
    world.peer->await_subscription("later");
    world.peer->publish("later", "heard");
    CHECK(world.updates(1) == std::vector<std::string>{"heard"});
  }
}

TEST_CASE("Updates that are opened anew bring nothing of before") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.open_updates();
    world.peer->publish("topic", "before");
    REQUIRE(world.turns_until([&] { return world.transport->is_ready(); }));
    world.open_updates();
    world.peer->publish("topic", "after");
    CHECK(world.updates(1) == std::vector<std::string>{"after"});
    world.transport->close_updates();
    CHECK_FALSE(world.transport->next_update());
    world.transport->subscribe({{true, "ignored"}});
    CHECK(world.comes_to_rest());
  }
}

TEST_CASE("A transport tells of connections that are made and lost and connects again") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    CHECK(world.happens(Channel::writes, Kind::connected));
    world.transport->open_updates({"topic"});
    world.transport->connect_updates(world.peer->updates_endpoint());
    CHECK(world.happens(Channel::updates, Kind::connected));
    world.peer->go();
    CHECK(world.happens(Channel::writes, Kind::lost));
    CHECK_FALSE(world.transport->send(Channel::writes, "nobody"));
    world.peer->come_back();
    world.send(Channel::writes, "again");
    CHECK(world.peer->hear() == "again");
    world.peer->await_subscription("topic");
  }
}

TEST_CASE("A transport that is blocked returns from its wait when there is a connection") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    world.peer->go();
    CHECK(world.happens(Channel::commands, Kind::failed));
    CHECK_FALSE(world.transport->send(Channel::commands, "request"));
    world.peer->come_back();
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!world.transport->send(Channel::commands, "request")) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      (void)world.transport->wait(patience);
      while (world.transport->next_event()) {
      }
    }
    CHECK(world.peer->hear() == "request");
  }
}

TEST_CASE("A transport that moves sends its requests to the new place") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    const std::unique_ptr<TransportPeer> other = kind.make_peer();
    world.send(Channel::writes, "here");
    CHECK(world.peer->hear() == "here");
    world.transport->connect(other->endpoint());
    // What is sent at once may still be lost with the connection that is left.
    std::future<std::string> heard = std::async(std::launch::async, [&] { return other->hear(); });
    CHECK(world.turns_until([&] {
      (void)world.transport->send(Channel::writes, "there");
      return heard.wait_for(0ms) == std::future_status::ready;
    }));
    CHECK(heard.get() == "there");
    world.send(Channel::writes, "last");
    while (other->hear() != "last") {
    }
    other->answer("answer");
    CHECK(world.answer(Channel::writes) == "answer");
    world.transport.reset();
  }
}

TEST_CASE("A transport is woken by another thread once for each time at the most") {
  for (const TransportKind& kind : kinds()) {
    CAPTURE(kind.name);
    World world(kind);
    REQUIRE(world.comes_to_rest());
    std::thread other([&] { world.transport->wake(); });
    CHECK(world.turns_until([&] { return world.transport->wait(patience); }));
    other.join();
    world.transport->wake();
    world.transport->wake();
    CHECK(world.tells(0ms));
    CHECK(world.transport->wait(patience));
    CHECK_FALSE(world.transport->wait(0ms));
  }
}
