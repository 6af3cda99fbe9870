// HELLO over real sockets.

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

wire::Refusal refusal_of(const std::string& bytes) {
  try {
    wire::decode_welcome(bytes);
  } catch (const wire::RefusedError& error) {
    return error.refusal();
  }
  return {wire::Status::ok, {}, {}};
}

std::string port_of(const std::string& endpoint) {
  return endpoint.substr(endpoint.rfind(':') + 1);
}

}  // namespace

TEST_CASE("A client that says hello is told all it needs") {
  BrokerOptions options = short_times();
  options.limits.value_bytes = 1000;
  const Board board(options);
  RawClient client(board.endpoint());
  const wire::Welcome welcome = client.hello("somebody");
  CHECK(welcome.version == wire::highest_version);
  CHECK(welcome.session.epoch);
  CHECK(std::to_string(welcome.updates.port) == port_of(board.updates_endpoint()));
  CHECK(welcome.updates.endpoint.empty());
  CHECK(welcome.beat_ms == static_cast<std::uint64_t>(options.beat.count()));
  CHECK(welcome.session_ms == static_cast<std::uint64_t>(options.session_time.count()));
  CHECK(welcome.limits == options.limits);

  RawClient other(board.endpoint());
  const wire::Welcome second = other.hello();
  CHECK(second.session.epoch == welcome.session.epoch);
  CHECK(second.session.number != welcome.session.number);
}

TEST_CASE("The newest common version is chosen, and without one both ranges are named") {
  const Board board;
  RawClient client(board.endpoint());
  wire::Hello hello;
  hello.lowest = 1;
  hello.highest = 99;
  CHECK(wire::decode_welcome(client.ask(wire::encode(hello))).version == wire::highest_version);
  hello.lowest = 98;
  const wire::Refusal refusal = refusal_of(client.ask(wire::encode(hello)));
  CHECK(refusal.status == wire::Status::wrong_version);
  CHECK(refusal.message.find("1 to 1") != std::string::npos);
  CHECK(refusal.message.find("98 to 99") != std::string::npos);
}

TEST_CASE("An advertised endpoint is told instead of the port") {
  BrokerOptions options = short_times();
  options.advertise = "tcp://gateway:7001";
  const Board board(options);
  RawClient client(board.endpoint());
  const wire::Welcome welcome = client.hello();
  CHECK(welcome.updates.port == 0);
  CHECK(welcome.updates.endpoint == "tcp://gateway:7001");
}

TEST_CASE("On ipc the updates are beside the commands, and nothing is told") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.bind = "ipc://" + (folder.path() / "board").string();
  const Board board(options);
  CHECK(board.updates_endpoint() == board.endpoint() + ".updates");
  RawClient client(board.endpoint());
  const wire::Welcome welcome = client.hello();
  CHECK(welcome.updates.port == 0);
  CHECK(welcome.updates.endpoint.empty());
  RawReader reader(board.updates_endpoint());
  CHECK(reader.follow("a") == welcome.session.epoch);
}

TEST_CASE("Two brokers have two epochs") {
  const Board first;
  const Board second;
  RawClient client(first.endpoint());
  RawClient other(second.endpoint());
  CHECK(client.hello().session.epoch != other.hello().session.epoch);
}

TEST_CASE("A session of another broker is refused") {
  const Board first;
  const Board second;
  RawClient client(first.endpoint());
  client.hello();
  RawClient stranger(second.endpoint());
  const std::string request = client.next_write("a", Transaction().set("x", 1));
  CHECK(refusal_of(stranger.ask(request)).status == wire::Status::wrong_epoch);
}

TEST_CASE("Goodbye ends a session") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  client.keep_alive();
  client.say_goodbye();
  const std::string request = wire::encode(wire::Keepalive{client.session()});
  CHECK(refusal_of(client.ask(request)).status == wire::Status::unknown_session);
}
