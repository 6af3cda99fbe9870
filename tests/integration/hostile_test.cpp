// Bytes and clients that mean no good: nothing ends the broker, and nobody else waits.

#include <random>

#include "client/transport/keys.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/raw_client.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// A socket that sends any frames at all.
class Stranger {
 public:
  explicit Stranger(const std::string& endpoint, int most_received = 1000)
      : socket_(context_, zmq::socket_type::dealer) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, most_received);
    socket_.set(zmq::sockopt::rcvtimeo, 20'000);
    client::set_keys(socket_, client::choose_keys({}, {}));
    socket_.connect(endpoint);
  }

  void send(const std::vector<std::string>& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const bool last = i + 1 == frames.size();
      socket_.send(zmq::buffer(frames[i]), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
  }

  std::vector<std::string> receive() {
    std::vector<std::string> frames;
    zmq::message_t frame;
    do {
      if (!socket_.recv(frame)) return {};
      frames.push_back(frame.to_string());
    } while (frame.more());
    return frames;
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

bool serves(const Board& board) {
  RawClient client(board.endpoint());
  client.hello();
  return client.write("a", Transaction().set("x", 1)).status == wire::Status::ok;
}

std::int64_t requests_of(RawClient& client) {
  return client.read("$sys/broker", "requests").value_or(Value(0)).as<std::int64_t>();
}

const std::string keepalive = wire::encode(wire::Keepalive{});

}  // namespace

/// ZMTP 1.0: lengths and flags before the frames; the first one names the peer.
std::string old_frames(const std::string& name, std::size_t messages) {
  const auto frame = [](const std::string& body) {
    return std::string(1, static_cast<char>(body.size() + 1)) + std::string(1, '\0') + body;
  };
  std::string bytes = frame(name);
  for (std::size_t i = 0; i != messages; ++i) bytes += frame("x");
  return bytes;
}

TEST_CASE("A peer that speaks an older ZMTP is turned away") {
  const Board board;
  TcpPeer first(board.endpoint());
  first.send(old_frames("name", 1));
  // Of the same name, and with more than is taken of one that is not read.
  TcpPeer second(board.endpoint());
  second.send(old_frames("name", 3000));
  CHECK(first.is_turned_away());
  CHECK(second.is_turned_away());
  CHECK(serves(board));
}

TEST_CASE("Bytes that are no request are refused as malformed") {
  const Board board;
  RawClient client(board.endpoint());
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string("\xdd\xff\xff\xff\xff"),
        std::string("\x91\x63"), std::string("\xc1"), std::string(1000, '\x91')}) {
    CHECK(status_of(client.ask(bytes)) == wire::Status::malformed);
  }
  CHECK(serves(board));
}

TEST_CASE("Every request cut short anywhere is refused, and nothing ends the broker") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::string whole = client.next_write("a", Transaction().set("x", "text").erase("y"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(status_of(client.ask(std::string_view(whole).substr(0, size))) ==
          wire::Status::malformed);
  }
  CHECK(serves(board));
}

TEST_CASE("Random changes to requests do not end the broker") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  std::mt19937 random(1);
  const std::string names[] = {
      client.next_write("a", Transaction().set("x", Map{{"k", Array{1, 2.5, "t"}}}).add("n", 1)),
      wire::encode(wire::Since{"a", client.session().epoch, 1}),
      wire::encode(wire::SnapshotRequest{"a", "x"}),
      wire::encode(wire::StatusRequest{{"a", "$sys/broker", ""}}),
      wire::encode(wire::List{"$", "a"}),
      wire::encode(wire::Hello{}),
  };
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = names[random() % std::size(names)];
    for (unsigned changes = random() % 4 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    client.ask(bytes);
  }
  CHECK(serves(board));
}

TEST_CASE("The whole envelope is echoed, whatever is in it") {
  const Board board;
  Stranger stranger(board.endpoint());
  stranger.send({"one", "two", std::string(200, 'x'), "", keepalive});
  const std::vector<std::string> reply = stranger.receive();
  REQUIRE(reply.size() == 5);
  CHECK(reply[0] == "one");
  CHECK(reply[1] == "two");
  CHECK(reply[2] == std::string(200, 'x'));
  CHECK(reply[3].empty());
  CHECK(status_of(reply[4]) != wire::Status::malformed);
}

TEST_CASE("Messages without an envelope are dropped, those with a bad body refused") {
  const Board board;
  Stranger stranger(board.endpoint());
  stranger.send({"x"});
  stranger.send({"x", "y", "z"});
  for (int i = 0; i < 3000; ++i) stranger.send({"flood"});
  stranger.send({"last"});
  stranger.send({"a", ""});
  CHECK(status_of(stranger.receive().at(2)) == wire::Status::malformed);
  stranger.send({"b", "", keepalive, "more"});
  const std::vector<std::string> reply = stranger.receive();
  CHECK(reply.at(0) == "b");
  CHECK(status_of(reply.at(2)) == wire::Status::malformed);
  CHECK(serves(board));
}

TEST_CASE("A message over the limit ends its connection only") {
  const Board board;
  Stranger stranger(board.endpoint());
  stranger.send({"", std::string(wire::message_bytes + 1, 'x')});
  CHECK(serves(board));
}

TEST_CASE("A message of as many bytes as it may have is answered") {
  const Board board;
  Stranger stranger(board.endpoint());
  stranger.send({"", std::string(wire::message_bytes, 'x')});
  const std::vector<std::string> reply = stranger.receive();
  REQUIRE(reply.size() == 2);
  CHECK(status_of(reply.back()) == wire::Status::malformed);
}

TEST_CASE("A client that asks and never reads stops nobody") {
  const Board board;
  RawClient writer(board.endpoint());
  writer.hello();
  Transaction transaction;
  for (int i = 0; i < 5; ++i)
    transaction.set("text" + std::to_string(i), std::string(200'000, 'x'));
  writer.write("large", transaction);
  Stranger stranger(board.endpoint());
  const std::string request = wire::encode(wire::SnapshotRequest{"large", ""});
  for (int i = 0; i < 2000; ++i) stranger.send({"", request});
  CHECK(serves(board));
  // While it does not read its answers, no more of its requests are read.
  CHECK(requests_of(writer) < 1000);
}

TEST_CASE("Subscriptions to names of the broker's that there are not are refused and counted") {
  const Board board;
  RawReader reader(board.updates_endpoint());
  reader.subscribe(wire::topic_of("$nothing"));
  reader.follow("a");
  // Whatever beats, beats once before it beats twice.
  for (int beats = 0; beats < 3;) {
    const std::optional<RawUpdate> update = reader.next();
    REQUIRE(update);
    CHECK(update->topic != wire::topic_of("$nothing"));
    if (update->topic == wire::topic_of("a")) ++beats;
  }
  RawClient client(board.endpoint());
  client.hello();
  CHECK(client.read("$sys/broker", "drops") == Value(1));
}

TEST_CASE("Large answers to one client that does not read are bounded by their bytes") {
  const Board board;
  RawClient writer(board.endpoint());
  writer.hello();
  writer.write("large", Transaction().set("text", std::string(1'000'000, 'x')));
  Stranger stranger(board.endpoint(), 1);
  const std::string request = wire::encode(wire::SnapshotRequest{"large", ""});
  for (int i = 0; i < 200; ++i) stranger.send({"", request});
  CHECK(requests_of(writer) < 150);
  // Another client gets its own.
  CHECK(take_snapshot(writer, "large").attributes.size() == 1);
}
