// The bounds of a broker, each reached by somebody while somebody else is served.

#include <memory>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "client/transport/keys.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/raw_client.hpp"
#include "support/tcp_peer.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

std::int64_t counted(RawClient& client, std::string_view name) {
  return client.read("$sys/broker", name).value_or(Value(0)).as<std::int64_t>();
}

}  // namespace

TEST_CASE("Attributes and bytes of the board are bounded, told as overloaded, and counted") {
  BrokerOptions options = short_times();
  options.bounds.namespace_attributes = 3;
  options.bounds.attributes = 5;
  options.bounds.namespace_bytes = 1000;
  options.bounds.bytes = 1500;
  const Board board(options);
  Client client = board.client();
  Namespace a = client.open("a");
  Namespace b = client.open("b");
  for (const char* name : {"x", "y", "z"}) a.set(name, 1);
  CHECK(code_of([&] { a.set("more", 1); }) == Errc::overloaded);
  CHECK(code_of([&] { a.set("x", std::string(2000, 'v')); }) == Errc::overloaded);
  b.set("x", 1);
  b.set("y", 1);
  CHECK(code_of([&] { b.set("z", 1); }) == Errc::overloaded);
  CHECK(a.set("x", 2) != Revision());
  RawClient raw(board.endpoint());
  REQUIRE(await([&] { return counted(raw, "overloaded") == 3; }));
  CHECK(counted(raw, "attributes") == 5);
}

TEST_CASE("Sessions, lanes and namespaces are bounded") {
  BrokerOptions options = short_times();
  options.bounds.sessions = 2;
  options.bounds.lanes = 2;
  options.bounds.namespaces = 2;
  const Board board(options);
  RawClient first(board.endpoint());
  RawClient second(board.endpoint());
  RawClient third(board.endpoint());
  const wire::SessionId session = first.hello().session;
  second.hello();
  CHECK_THROWS_AS(third.hello(), wire::RefusedError);
  const std::string bytes = Transaction().set("x", 1).encoded();
  const auto write = [&](std::uint64_t lane, const std::string& space) {
    const std::string reply =
        first.ask(wire::encode(wire::Write{session, lane, 1, {{space, 0, bytes}}}));
    return wire::decode_write_reply(reply).outcomes.at(0).status;
  };
  CHECK(write(1, "a") == wire::Status::ok);
  CHECK(write(2, "b") == wire::Status::ok);
  CHECK_THROWS_AS(write(3, "a"), wire::RefusedError);
  CHECK(second.write("c", Transaction().set("x", 1)).status == wire::Status::overloaded);
  CHECK(second.write("a", Transaction().set("x", 2)).status == wire::Status::ok);
}

TEST_CASE("Who subscribes to more than one connection may is ended, and nobody else notices") {
  BrokerOptions options = short_times();
  options.bounds.subscription_bytes = 20'000;
  const Board board(options);
  Client client = board.client();
  Namespace space = client.open("plant");
  Client writer = board.client();
  {
    RawReader greedy(board.updates_endpoint());
    for (int i = 0; i < 2000; ++i) greedy.subscribe(wire::topic_of("many/" + std::to_string(i)));
    RawClient raw(board.endpoint());
    REQUIRE(await([&] { return counted(raw, "subscriptions_dropped") >= 1; }));
    writer.open("plant").set("x", 1);
    REQUIRE(await([&] { return space.get<int>("x") == 1; }));
  }
  CHECK(space.freshness().state == Freshness::State::connected);
}

TEST_CASE("While many subscriptions come others join and write") {
  const Board board(short_times());
  RawReader greedy(board.updates_endpoint());
  for (int i = 0; i < 50'000; ++i) greedy.subscribe(wire::topic_of("many/" + std::to_string(i)));
  Client late = board.client();
  Namespace space = late.open("plant");
  CHECK(space.set("x", 1) > Revision());
}

TEST_CASE("Connections that say nothing end before newcomers have to wait for them", "[keyless]") {
  BrokerOptions options = short_times();
  options.bounds.handshaking_connections = 20;
  const Board board(options);
  Client client = board.client();
  Namespace space = client.open("plant");
  RawClient raw(board.endpoint());
  raw.hello();
  std::vector<TcpPeer> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(board.endpoint());
  CHECK(space.set("x", 1) != Revision());
  Client late = board.client();
  CHECK(late.open("plant").get<int>("x") == 1);
  CHECK(counted(raw, "connections") < 20 + 10);
  CHECK(silent.front().is_turned_away());
}

TEST_CASE("Who floods the broker with requests is served in turn with the others") {
  const Board board(short_times());
  RawClient client(board.endpoint());
  client.hello();
  zmq::context_t context;
  zmq::socket_t flooding(context, zmq::socket_type::dealer);
  client::set_keys(flooding, client::choose_keys({}, {}));
  flooding.set(zmq::sockopt::linger, 0);
  flooding.set(zmq::sockopt::rcvhwm, 1);
  flooding.connect(board.endpoint());
  const std::string large(500'000, 'l');
  REQUIRE(client.write("plant", Transaction().set("large", large)).status == wire::Status::ok);
  const std::string request = wire::encode(wire::Read{"plant", {"large"}});
  std::size_t sent = 0;
  for (; sent != 100'000; ++sent) {
    if (!flooding.send(zmq::message_t(), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
      break;
    flooding.send(zmq::buffer(request), zmq::send_flags::none);
  }
  // It does not read its answers, so that no more of its requests are read.
  CHECK(sent < 100'000);
  CHECK(client.write("plant", Transaction().set("x", 1)).status == wire::Status::ok);
  CHECK(counted(client, "requests") < 1000);
}

TEST_CASE("Connections are bounded as a whole, and one that goes makes room", "[keyless]") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  if (GENERATE(false, true)) options.bind = "ipc://" + (folder.path() / "board").string();
  options.bounds.connections = 8;
  const Board board(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  RawClient first(board.endpoint());
  first.hello();
  REQUIRE(await([&] {
    clients.push_back(std::make_unique<RawClient>(board.endpoint()));
    clients.back()->send(wire::encode(wire::Hello{1, 1, "many"}));
    return counted(first, "accept_paused") >= 1;
  }));
  CHECK(first.write("plant", Transaction().set("x", 1)).status == wire::Status::ok);
  clients.clear();
  RawClient late(board.endpoint());
  CHECK(late.read("plant", "x") == Value(1));
}
