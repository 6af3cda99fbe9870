// Sessions, their ephemerals, and time.

#include <csignal>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

BrokerOptions short_sessions() {
  BrokerOptions options = short_times();
  options.session_time = std::chrono::milliseconds(400);
  return options;
}

bool lives(RawClient& client) {
  try {
    client.keep_alive();
    return true;
  } catch (const wire::RefusedError& error) {
    CHECK(error.refusal().status == wire::Status::unknown_session);
    return false;
  }
}

}  // namespace

TEST_CASE("A silent session ends, and its ephemerals go with an update") {
  const Board board(short_sessions());
  RawClient client(board.endpoint());
  client.hello();
  client.write("a", Transaction().set("mine", 1, {.ephemeral = true}).set("ours", 2));
  RawReader reader(board.updates_endpoint());
  reader.follow("a");
  RawClient witness(board.endpoint());
  CHECK(await([&] { return !witness.read("a", "mine"); }));
  CHECK(witness.read("a", "ours") == Value(2));
  reader.await_commits(wire::topic_of("a"));
  CHECK_FALSE(lives(client));
}

TEST_CASE("A session lives as long as it is renewed, by any request of its own") {
  const Board board(short_sessions());
  RawClient client(board.endpoint());
  client.hello();
  client.write("a", Transaction().set("mine", 1, {.ephemeral = true}));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1200);
  const bool ended = await([&] {
    if (std::chrono::steady_clock::now() > end) return true;
    client.write("b", Transaction().add("n", 1));
    return false;
  });
  CHECK(ended);
  CHECK(client.read("a", "mine") == Value(1));
}

TEST_CASE("Goodbye takes the ephemerals at once") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  client.write("a", Transaction().set("mine", 1, {.ephemeral = true}));
  client.say_goodbye();
  CHECK_FALSE(client.read("a", "mine"));
}

TEST_CASE("An attribute's time to live passes while nobody writes") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const auto start = std::chrono::steady_clock::now();
  client.write("a", Transaction().set("x", 1, {.ttl = std::chrono::milliseconds(200)}));
  CHECK(await([&] { return !client.read("a", "x"); }));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(190));
}
