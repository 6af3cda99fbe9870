#include "zmtp/peer.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/curve_client.hpp"
#include "support/zmtp.hpp"
#include "zmtp/protocol_error.hpp"
#include "zmtp/zmtp_command.hpp"

using namespace bulletin;
using namespace bulletin::test;
using zmtp::Peer;
using Event = zmtp::Peer::Event;

namespace {

constexpr std::size_t most_message = 1u << 20;

/// A peer, what it has said, and what of the input it has not looked at.
struct World {
  explicit World(const zmtp::KeyPair* keys = nullptr) : peer(keys, most_message) {}

  /// What happens first, beside frames that lead to nothing.
  Event hear(std::string_view bytes) {
    rest.append(bytes);
    std::string_view view = rest;
    Event event = Event::frame;
    for (; event == Event::frame; cost += peer.cost()) {
      event = peer.read(view, said);
      if (event == Event::frame) ++frames;
    }
    rest.erase(0, rest.size() - view.size());
    return event;
  }
  Event more() { return hear({}); }

  void connect(std::string_view type) {
    REQUIRE(hear(zmtp_greeting("NULL") + zmtp_ready(type, "")) == Event::knocks);
    peer.admit(said);
    said.clear();
  }

  Peer peer;
  std::string rest;
  std::string said;
  int frames = 0;  ///< that led to nothing
  unsigned cost = 0;
};

std::string long_frame(std::uint8_t flags, std::string_view body) {
  std::string frame(1, static_cast<char>(flags | 2));
  for (int shift = 56; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(static_cast<std::uint64_t>(body.size()) >> shift));
  return frame.append(body);
}

std::string command(std::string_view name, std::string_view rest) {
  return long_frame(command_flag, zmtp::make_command(name, rest));
}

}  // namespace

TEST_CASE(
    "A handshake is answered with a greeting and READY, and comes to the kind that is wanted") {
  for (const auto& [type, kind, own] : {std::tuple{"REQ", Peer::Kind::requests, "ROUTER"},
                                        {"DEALER", Peer::Kind::requests, "ROUTER"},
                                        {"SUB", Peer::Kind::subscribes, "XPUB"}}) {
    World world;
    world.peer.greet(world.said);
    CHECK(world.said.size() == 64);
    CHECK(world.said.substr(10, 6) == std::string("\3\1NULL", 6));
    REQUIRE(world.hear(zmtp_greeting("NULL") + zmtp_ready(type, "")) == Event::knocks);
    CHECK(world.peer.kind() == kind);
    CHECK_FALSE(world.peer.is_ready());
    CHECK(world.more() == Event::nothing);
    world.said.clear();
    world.peer.admit(world.said);
    CHECK(world.peer.is_ready());
    CHECK(world.said.find(own) != std::string::npos);
  }
}

TEST_CASE("What is no handshake of ZMTP 3 with this mechanism is refused as soon as it shows") {
  const zmtp::KeyPair keys;
  const auto refused = [](World&& world, const std::string& bytes) {
    CHECK_THROWS_AS(world.hear(bytes), zmtp::ProtocolError);
  };
  refused(World(), "GET / HTTP/1.1\r\n");
  refused(World(), "\x01");
  refused(World(), std::string("\xFF\0\0\0\0\0\0\0\1\x7E", 10));
  refused(World(), std::string("\xFF\0\0\0\0\0\0\0\1\x7F\1", 11));
  refused(World(), zmtp_greeting("CURVE"));
  refused(World(), zmtp_greeting("PLAIN"));
  refused(World(&keys), zmtp_greeting("NULL"));
  refused(World(), zmtp_greeting("NULL") + zmtp_ready("PUSH", ""));
  refused(World(), zmtp_greeting("NULL") + zmtp_ready("PUB", ""));
  refused(World(), zmtp_greeting("NULL") + command("HELLO", ""));
  refused(World(), zmtp_greeting("NULL") + command("READY", "\x0bSocket-Type\xff\xff\xff\xff"));
  refused(World(), zmtp_greeting("NULL") + long_frame(command_flag, ""));
  refused(World(), zmtp_greeting("NULL") + long_frame(command_flag, "\x09READY"));
  refused(World(), zmtp_greeting("NULL") +
                       long_frame(command_flag, std::string(Peer::most_handshake_bytes + 1, 'x')));
}

TEST_CASE("A request comes whole, however its bytes are cut, and its answer has its envelope") {
  const std::string request = zmtp_frame(more_flag, "\1\2\3\4") + zmtp_frame(more_flag, "") +
                              long_frame(0, std::string(1000, 'b'));
  for (std::size_t cut = 0; cut <= request.size(); ++cut) {
    World world;
    world.connect("REQ");
    Event event = world.hear(std::string_view(request).substr(0, cut));
    if (event == Event::nothing) event = world.hear(std::string_view(request).substr(cut));
    REQUIRE(event == Event::request);
    const Peer::Request taken = world.peer.take_request();
    CHECK(taken.body == std::string(1000, 'b'));
    CHECK(taken.whole);
    world.peer.append_answer(taken.envelope, "answer", world.said);
    CHECK(world.said ==
          zmtp_frame(more_flag, "\1\2\3\4") + zmtp_frame(more_flag, "") + zmtp_frame(0, "answer"));
  }
}

TEST_CASE("Requests of other forms are told, and the next one is as good as the first") {
  World world;
  world.connect("DEALER");
  CHECK(world.hear(zmtp_frame(0, "no delimiter")) == Event::unusable);
  CHECK(world.hear(zmtp_frame(more_flag, "a") + zmtp_frame(0, "b")) == Event::unusable);
  REQUIRE(world.hear(zmtp_frame(0, "")) == Event::request);
  CHECK_FALSE(world.peer.take_request().whole);
  REQUIRE(world.hear(zmtp_frame(more_flag, "") + zmtp_frame(more_flag, "body") +
                     zmtp_frame(more_flag, "x") + zmtp_frame(0, "y")) == Event::request);
  const Peer::Request taken = world.peer.take_request();
  CHECK(taken.body == "body");
  CHECK_FALSE(taken.whole);
  REQUIRE(world.hear(zmtp_frame(more_flag, "") + zmtp_frame(0, "next")) == Event::request);
  CHECK(world.peer.take_request().whole);
}

TEST_CASE("Each bound of a message ends the connection, and what is just within it does not") {
  const auto envelope = [](std::size_t frames, std::size_t bytes) {
    std::string all;
    for (std::size_t i = 0; i != frames; ++i) all += zmtp_frame(more_flag, std::string(bytes, 'e'));
    return all + zmtp_frame(more_flag, "") + zmtp_frame(0, "body");
  };
  const auto hear = [](const std::string& bytes) {
    World world;
    world.connect("DEALER");
    return world.hear(bytes);
  };
  CHECK(hear(envelope(Peer::most_envelope_frames - 1, 4)) == Event::request);
  CHECK_THROWS_AS(hear(envelope(Peer::most_envelope_frames, 4)), zmtp::ProtocolError);
  CHECK(hear(envelope(1, Peer::most_envelope_bytes)) == Event::request);
  CHECK_THROWS_AS(hear(envelope(2, Peer::most_envelope_bytes / 2 + 1)), zmtp::ProtocolError);

  std::string unfinished;
  for (int i = 0; i != 1000; ++i) unfinished += zmtp_frame(more_flag, "");
  CHECK_THROWS_AS(hear(unfinished), zmtp::ProtocolError);
  CHECK(hear(zmtp_frame(more_flag, "") + long_frame(0, std::string(most_message, 'x'))) ==
        Event::request);
  const std::string too_large = "\2" + std::string("\0\0\0\0\x7F\0\0\0", 8);
  CHECK_THROWS_AS(hear(zmtp_frame(more_flag, "") + too_large), zmtp::ProtocolError);
  CHECK_THROWS_AS(hear("\2" + std::string(8, '\xFF')), zmtp::ProtocolError);
  CHECK_THROWS_AS(hear("\x18"), zmtp::ProtocolError);
  std::string two =
      zmtp_frame(more_flag, "") + long_frame(more_flag, std::string(most_message, 'x'));
  CHECK_THROWS_AS(hear(two + zmtp_frame(0, "more")), zmtp::ProtocolError);
}

TEST_CASE("Memory is taken for what has arrived and not for what is announced") {
  World world;
  world.connect("DEALER");
  world.hear(zmtp_frame(more_flag, "") + "\2" + std::string("\0\0\0\0\0\x0F\0\0", 8) + "some");
  CHECK(world.peer.held() < 1000);
  world.hear(std::string(100'000, 'x'));
  CHECK(world.peer.held() < 2 * 100'000 + 1000);
}

TEST_CASE("A PING is answered with its context, also in the middle of a message") {
  World world;
  world.connect("DEALER");
  CHECK(world.hear(zmtp_frame(more_flag, "")) == Event::nothing);
  CHECK(
      world.hear(zmtp_frame(command_flag, zmtp::make_command("PING", std::string("\0\1ctx", 5)))) ==
      Event::nothing);
  CHECK(world.said == zmtp_frame(command_flag, zmtp::make_command("PONG", "ctx")));
  CHECK(world.hear(zmtp_frame(0, "body")) == Event::request);
  CHECK(world.hear(command("UNKNOWN", "x")) == Event::nothing);
  CHECK_THROWS_AS(world.hear(command("PING", "\1")), zmtp::ProtocolError);
  World other;
  other.connect("SUB");
  CHECK_THROWS_AS(other.hear(command("PING", std::string(2 + 17, 'c'))), zmtp::ProtocolError);
}

TEST_CASE("Each frame is read by itself and has a cost, whether it leads to something or not") {
  const std::string ping =
      zmtp_frame(command_flag, zmtp::make_command("PING", std::string(2, '\0')));
  for (const auto& [type, part, frames] :
       {std::tuple{"SUB", zmtp_frame(0, ""), 1},
        {"SUB", zmtp_frame(0, "\2no subscription"), 1},
        {"SUB", zmtp_frame(more_flag, "a") + zmtp_frame(more_flag, "b") + zmtp_frame(0, "c"), 3},
        {"SUB", ping, 1},
        {"DEALER", ping, 1},
        {"DEALER", command("PONG", ""), 1},
        {"DEALER", command("UNKNOWN", "x"), 1},
        {"DEALER", command("SUBSCRIBE", "x"), 1}}) {
    World world;
    world.connect(type);
    world.frames = 0;
    world.cost = 0;
    std::string all;
    for (int i = 0; i != 100; ++i) all += part;
    CHECK(world.hear(all) == Event::nothing);
    CHECK(world.frames == 100 * frames);
    CHECK(world.cost >= static_cast<unsigned>(100 * frames * (part == ping ? 5 : 1)));
  }
  World parts;
  parts.connect("DEALER");
  CHECK(parts.hear(zmtp_frame(more_flag, "id") + zmtp_frame(more_flag, "") +
                   zmtp_frame(more_flag, "body") + zmtp_frame(0, "")) == Event::request);
  CHECK(parts.frames == 3);
}

TEST_CASE("Only a peer that knows PING is asked with one") {
  for (const auto& [minor, words, answers] : {std::tuple{'\0', std::string(), false},
                                              {'\0', command("UNKNOWN", ""), false},
                                              {'\0', command("PING", std::string(2, '\0')), true},
                                              {'\0', command("PONG", ""), true},
                                              {'\1', std::string(), true}}) {
    World world;
    REQUIRE(world.hear(zmtp_greeting("NULL", minor) + zmtp_ready("DEALER", "")) == Event::knocks);
    world.peer.admit(world.said);
    world.hear(words);
    CHECK(world.peer.answers_pings() == answers);
  }
}

TEST_CASE("Subscriptions come as messages and as commands, with topics up to the bound") {
  World world;
  world.connect("SUB");
  const std::string longest(Peer::most_topic_bytes, 't');
  for (const std::string& topic : {std::string(), std::string("a\0", 2), longest}) {
    CHECK(world.hear(long_frame(0, "\1" + topic)) == Event::subscribe);
    CHECK(world.peer.topic() == topic);
    CHECK(world.hear(command("SUBSCRIBE", topic)) == Event::subscribe);
    CHECK(world.peer.topic() == topic);
    CHECK(world.hear(long_frame(0, std::string(1, '\0') + topic)) == Event::unsubscribe);
    CHECK(world.hear(command("CANCEL", topic)) == Event::unsubscribe);
    CHECK(world.peer.topic() == topic);
  }
  CHECK(world.hear(zmtp_frame(0, "other")) == Event::nothing);
  CHECK(world.hear(zmtp_frame(more_flag, "\1a") + zmtp_frame(0, "\1b")) == Event::nothing);
  CHECK_THROWS_AS(world.hear(long_frame(0, "\1t" + longest)), zmtp::ProtocolError);
  World commands;
  commands.connect("SUB");
  CHECK_THROWS_AS(commands.hear(command("SUBSCRIBE", "t" + longest)), zmtp::ProtocolError);
  World requests;
  requests.connect("REQ");
  CHECK(requests.hear(command("SUBSCRIBE", "t")) == Event::nothing);
}

namespace {

std::string part_of_ready(std::string_view type) { return zmtp::make_metadata(type); }

/// A handshake with keys up to the knock, and what was said.
struct Encrypted : World {
  explicit Encrypted(const zmtp::KeyPair& keys) : World(&keys), client(keys.public_key) {}

  std::string body_of_said() {
    std::string_view bytes = said;
    zmtp::FrameReader reader(most_message);
    zmtp::Frame frame;
    REQUIRE(reader.read(bytes, frame));
    said = bytes;
    return frame.body;
  }
  std::string welcome() {
    REQUIRE(hear(zmtp_greeting("CURVE") + long_frame(command_flag, client.hello())) ==
            Event::nothing);
    return body_of_said();
  }
  void knock() {
    const std::string initiate = client.initiate(welcome(), part_of_ready("DEALER"));
    REQUIRE(hear(long_frame(command_flag, initiate)) == Event::knocks);
  }

  CurveClient client;
};

}  // namespace

TEST_CASE("With keys a client is known by its own, and everything after is encrypted") {
  const zmtp::KeyPair keys;
  Encrypted world(keys);
  world.knock();
  CHECK(world.peer.key() == world.client.own().public_key);
  world.peer.admit(world.said);
  CHECK(world.client.ready(world.body_of_said()) == zmtp::make_metadata("ROUTER"));

  const std::string delimiter = long_frame(0, world.client.close("", true));
  REQUIRE(world.hear(delimiter + long_frame(0, world.client.close("secret"))) == Event::request);
  const Peer::Request request = world.peer.take_request();
  CHECK(request.body == "secret");
  world.peer.append_answer(request.envelope, "answer", world.said);
  CHECK(world.said.find("answer") == std::string::npos);
  CHECK(world.client.open(world.body_of_said()) == "\1");
  CHECK(world.client.open(world.body_of_said()) == std::string(1, '\0') + "answer");
  CHECK(
      world.hear(long_frame(0, world.client.close(zmtp::make_command("PING", std::string(2, '\0')),
                                                  false, true))) == Event::nothing);
  CHECK(world.client.open(world.body_of_said()) == "\2" + zmtp::make_command("PONG", ""));
}

TEST_CASE("What is done with keys has its cost, also when it fails") {
  const zmtp::KeyPair keys;
  {
    Encrypted world(keys);
    CHECK(world.hear(zmtp_greeting("CURVE")) == Event::nothing);
    CHECK(world.peer.cost() == 0);
    CurveClient wrong{zmtp::KeyPair().public_key};
    CHECK_THROWS_AS(world.hear(long_frame(command_flag, wrong.hello())), zmtp::ProtocolError);
    CHECK(world.peer.cost() >= 500);
  }
  Encrypted world(keys);
  world.knock();
  CHECK(world.cost >= 1000);
  world.peer.admit(world.said);
  world.cost = 0;
  CHECK(world.hear(long_frame(0, world.client.close("", true))) == Event::nothing);
  CHECK(world.cost >= 10);
  CHECK(world.hear(long_frame(0, world.client.close(std::string(100'000, 'x')))) == Event::request);
  CHECK(world.cost >= 1000);
}

TEST_CASE("Whoever cheats in the handshake with keys is turned away") {
  const zmtp::KeyPair keys;
  {
    Encrypted world(keys);
    CurveClient wrong{zmtp::KeyPair().public_key};
    CHECK_THROWS_AS(world.hear(zmtp_greeting("CURVE") + long_frame(command_flag, wrong.hello())),
                    zmtp::ProtocolError);
  }
  {
    Encrypted world(keys);
    const std::string initiate =
        world.client.initiate(world.welcome(), part_of_ready("REQ"), &keys.public_key);
    CHECK_THROWS_AS(world.hear(long_frame(command_flag, initiate)), zmtp::ProtocolError);
  }
  {
    Encrypted world(keys);
    std::string initiate = world.client.initiate(world.welcome(), part_of_ready("REQ"));
    initiate[12] = static_cast<char>(initiate[12] ^ 1);  // in the cookie
    CHECK_THROWS_AS(world.hear(long_frame(command_flag, initiate)), zmtp::ProtocolError);
  }
  {
    Encrypted world(keys);  // INITIATE of another connection
    Encrypted other(keys);
    const std::string initiate = other.client.initiate(other.welcome(), part_of_ready("REQ"));
    (void)world.welcome();
    CHECK_THROWS_AS(world.hear(long_frame(command_flag, initiate)), zmtp::ProtocolError);
  }
  {
    Encrypted world(keys);
    CHECK_THROWS_AS(world.hear(zmtp_greeting("CURVE") + zmtp_ready("REQ", "")),
                    zmtp::ProtocolError);
  }
}

TEST_CASE("A message with keys that is old, changed or in the clear ends the connection") {
  const zmtp::KeyPair keys;
  const auto ready = [&](auto&& send) {
    Encrypted world(keys);
    world.knock();
    world.peer.admit(world.said);
    CHECK_THROWS_AS(send(world), zmtp::ProtocolError);
  };
  ready([](Encrypted& world) {
    const std::string frame = long_frame(0, world.client.close("", true));
    world.hear(frame);
    world.hear(frame);
  });
  ready([](Encrypted& world) {
    std::string frame = long_frame(0, world.client.close("", true));
    frame.back() = static_cast<char>(frame.back() ^ 1);
    world.hear(frame);
  });
  ready([](Encrypted& world) { world.hear(zmtp_frame(more_flag, "")); });
  ready([](Encrypted& world) { world.hear(command("PING", std::string(2, '\0'))); });
}
