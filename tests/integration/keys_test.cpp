// A broker with keys: who gets in, and who does not.

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "client/transport/key_files.hpp"
#include "client/transport/keys.hpp"
#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/guarded_board.hpp"
#include "support/raw_client.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// Whether such a socket hears anything: an answer to LIST, or the proof of a subscription.
bool gets_in(const GuardedBoard& board, const std::function<void(zmq::socket_t&)>& prepare,
             std::chrono::milliseconds wait = std::chrono::milliseconds(400)) {
  zmq::context_t context;
  zmq::socket_t commands(context, zmq::socket_type::req);
  zmq::socket_t updates(context, zmq::socket_type::sub);
  for (zmq::socket_t* socket : {&commands, &updates}) {
    socket->set(zmq::sockopt::linger, 0);
    socket->set(zmq::sockopt::rcvtimeo, static_cast<int>(wait.count()));
    socket->set(zmq::sockopt::sndtimeo, static_cast<int>(wait.count()));
    prepare(*socket);
  }
  commands.connect(board.endpoint());
  updates.connect(board.updates_endpoint());
  updates.set(zmq::sockopt::subscribe, "\xFF" + std::string(16, 'n'));
  zmq::message_t message;
  commands.send(zmq::buffer(wire::encode(wire::List{"", ""})), zmq::send_flags::none);
  const bool answered = commands.recv(message).has_value();
  const bool heard = updates.recv(message).has_value();
  return answered || heard;
}

}  // namespace

TEST_CASE("With the right keys everything works as without", "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind);
  Client alice(board.options("alice"));
  Client bob(board.options("bob"));
  Namespace mine = alice.open("plant");
  Namespace other = bob.open("plant");
  mine.set("speed", 3);
  other.sync();
  CHECK(other.get<int>("speed") == 3);
  CHECK(other.add("speed", 1) == 4);
  REQUIRE(await([&] { return mine.get<int>("speed") == 4; }));
}

TEST_CASE("A secret key is given as text instead of a file, and neither twice nor wrong",
          "[keyless]") {
  GuardedBoard board;
  ClientOptions options = board.options("alice");
  options.key_file.clear();
  options.server_key = board.keys("alice").broker;
  options.key = board.keys("alice").own_secret;
  Client alice(options);
  alice.open("plant").set("speed", 3);
  CHECK(alice.open("plant").get<int>("speed") == 3);

  ClientOptions twice = board.options("alice");
  twice.key = options.key;
  CHECK(mentions(failure_of([&] { Client{twice}; }), "twice"));
  ClientOptions wrong = options;
  wrong.key = board.path("alice.key");
  const Error error = failure_of([&] { Client{wrong}; });
  CHECK(error.code() == Errc::rejected);
  CHECK_FALSE(mentions(error, wrong.key));
}

TEST_CASE("Nobody else gets in: no key, an unknown key, a wrong server key, PLAIN, NULL",
          "[keyless]") {
  GuardedBoard board;
  const client::Keys alice = board.keys("alice");
  CHECK(gets_in(
      board, [&](zmq::socket_t& socket) { client::set_keys(socket, alice); }, patience));
  CHECK_FALSE(gets_in(board, [](zmq::socket_t&) {}));
  CHECK_FALSE(gets_in(board, [&](zmq::socket_t& socket) {
    client::Keys unknown = client::make_keys();
    unknown.broker = alice.broker;
    client::set_keys(socket, unknown);
  }));
  CHECK_FALSE(gets_in(board, [&](zmq::socket_t& socket) {
    client::Keys wrong = alice;
    wrong.broker = client::make_keys().own_public;
    client::set_keys(socket, wrong);
  }));
  CHECK_FALSE(gets_in(board, [](zmq::socket_t& socket) {
    socket.set(zmq::sockopt::plain_username, "alice");
    socket.set(zmq::sockopt::plain_password, "secret");
  }));
  ClientOptions without = impatient();
  without.endpoint = board.endpoint();
  CHECK_THROWS_AS(Client(without).open("plant"), Error);
}

TEST_CASE("A key that is added works at once, one that is removed is out, and its session ends",
          "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind);
  board.make_keys("carol");
  Client alice(board.options("alice"));
  Namespace space = alice.open("plant");
  ClientOptions brief = board.options("bob");
  brief.write_timeout = std::chrono::seconds(3);  // what it may take, and what is waited for below
  Client bob(brief);
  Namespace bobs = bob.open("plant");
  bobs.set("bob", "is here", {.ephemeral = true});
  REQUIRE(await([&] { return space.contains("bob"); }));
  // Without attributes it is there as long as somebody has it open.
  bob.open("bobs/own");
  CHECK(alice.namespaces("bobs/").size() == 1);

  board.authorize({"alice", "carol"});
  board.reload();
  Client carol(board.options("carol"));
  CHECK(carol.open("plant").set("carol", 1) != Revision());
  REQUIRE(await([&] { return !space.contains("bob"); }));
  REQUIRE(await([&] { return alice.namespaces("bobs/").empty(); }));
  // Bob hears nothing any more, and cannot write; alice goes on.
  space.set("secret", 1);
  CHECK(space.get<int>("secret") == 1);
  REQUIRE(await([&] { return bobs.freshness().state == Freshness::State::stale; }));
  CHECK_FALSE(bobs.contains("secret"));
  CHECK_THROWS_AS(bobs.set("x", 1), Error);

  // A file that makes no sense changes nothing.
  std::ofstream(board.path("authorized")) << "nonsense\n";
  board.reload();
  CHECK(space.set("still", 1) != Revision());
}

TEST_CASE("A session belongs to the user that opened it", "[keyless]") {
  GuardedBoard board;
  Client alice(board.options("alice"));
  alice.open("plant").set("x", 1);
  // Bob knows alice's session, and is told that there is none.
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::req);
  socket.set(zmq::sockopt::linger, 0);
  client::set_keys(socket, board.keys("bob"));
  socket.connect(board.endpoint());
  const auto ask = [&](const std::string& request) {
    socket.send(zmq::buffer(request), zmq::send_flags::none);
    zmq::message_t reply;
    REQUIRE(socket.recv(reply).has_value());
    return reply.to_string();
  };
  const wire::Welcome welcome = wire::decode_welcome(ask(wire::encode(wire::Hello{1, 1, "bob"})));
  for (std::uint64_t number = 1; number != welcome.session.number; ++number) {
    const wire::SessionId other{welcome.session.epoch, number};
    CHECK_THROWS_AS(wire::decode_done(ask(wire::encode(wire::Goodbye{other}))), wire::RefusedError);
  }
  CHECK(alice.open("plant").set("x", 2) != Revision());
}

TEST_CASE("Key files that are none, or not secret, are refused by name", "[keyless]") {
  GuardedBoard board;
  const auto fault = [&](auto change) {
    BrokerOptions options = short_times();
    options.secret_key = board.path("broker.key");
    options.authorized_keys = board.path("authorized");
    change(options);
    try {
      const server::Server server(options, server::silent_log());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto has = [](const std::string& text, const std::string& part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
  };
  CHECK(fault([](BrokerOptions&) {}).empty());
  CHECK(has(fault([](BrokerOptions& options) { options.authorized_keys.clear(); }), "name both"));
  CHECK(has(fault([](BrokerOptions& options) { options.secret_key = "/nowhere"; }), "/nowhere"));
  ::chmod(board.path("alice.key").c_str(), 0644);
  CHECK(has(fault([&](BrokerOptions& o) { o.secret_key = board.path("alice.key"); }), "chmod 600"));
  std::ofstream(board.path("bad")) << "# c\n\nabc alice\n";
  CHECK(has(fault([&](BrokerOptions& o) { o.authorized_keys = board.path("bad"); }), "line 3"));
  CHECK(has(fault([](BrokerOptions& options) {
              options.secret_key.clear();
              options.authorized_keys.clear();
              options.bind = "tcp://*:*";
            }),
            "bulletin keygen"));
  CHECK_THROWS_AS(client::choose_keys("", board.path("alice.key")), Error);
  CHECK_THROWS_AS(client::choose_keys(board.path("broker.pub"), ""), Error);
  CHECK_THROWS_AS(client::choose_keys("nonsense", board.path("alice.key")), Error);
}

TEST_CASE("Connections may come and go while the sockets are opened anew", "[keyless]") {
  GuardedBoard board;
  std::atomic<bool> over = false;
  std::thread crowd([&] {
    while (!over) {
      const TcpPeer commands(board.endpoint());
      const TcpPeer updates(board.updates_endpoint());
    }
  });
  Client alice(board.options("alice"));
  Namespace plant = alice.open("plant");
  for (int i = 0; i < 20; ++i) {
    board.authorize(i % 2 == 0 ? std::vector<std::string>{"alice"}
                               : std::vector<std::string>{"alice", "bob"});
    board.reload();
    CHECK(plant.set("x", i) != Revision());
  }
  over = true;
  crowd.join();
}

TEST_CASE("A client that is there before its key is let in as soon as the key is there",
          "[keyless]") {
  const std::string bind = GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc"));
  GuardedBoard board(bind);
  board.make_keys("carol");
  ClientOptions early = board.options("carol");
  early.open_timeout = std::chrono::milliseconds(300);
  Client carol(early);
  CHECK_THROWS_AS(carol.open("plant"), Error);
  board.authorize({"alice", "bob", "carol"});
  board.reload();
  REQUIRE(await([&] {
    try {
      return carol.open("plant").set("x", 1) != Revision();
    } catch (const Error&) {
      return false;
    }
  }));
}
