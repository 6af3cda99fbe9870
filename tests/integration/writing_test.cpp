// WRITE, READ, SNAPSHOT, SINCE, STATUS and LIST over real sockets. What they mean is the
// authority's and tested there; here it is that they arrive, are answered, and are published.

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("What is written is read, listed and counted") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const wire::Outcome outcome = client.write("plant/robot", Transaction().set("speed", 3.5));
  CHECK(outcome.status == wire::Status::ok);
  CHECK(outcome.revision > 0);
  CHECK(client.read("plant/robot", "speed") == Value(3.5));
  CHECK_FALSE(client.read("plant/robot", "colour"));
  const wire::NamespaceStatus status = client.status("plant/robot");
  CHECK(status.revision == outcome.revision);
  CHECK(status.count == 1);
  const std::string bytes = client.ask(wire::encode(wire::List{"plant/", ""}));
  CHECK(wire::decode_list_reply(bytes).names == std::vector<std::string_view>{"plant/robot"});
}

TEST_CASE("Revisions begin at the wall clock in microseconds") {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::uint64_t revision = client.write("a", Transaction().set("x", 1)).revision;
  const auto start = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  CHECK(revision >= static_cast<std::uint64_t>(start));
  CHECK(revision < static_cast<std::uint64_t>(start) + 60'000'000);
  CHECK(client.write("a", Transaction().set("x", 2)).revision > revision);
}

TEST_CASE("A request that is repeated byte for byte has the same answer and happens once") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::string request = client.next_write("a", Transaction().add("n", 1));
  const std::string first = client.ask(request);
  CHECK(client.ask(request) == first);
  RawClient elsewhere(board.endpoint());
  CHECK(elsewhere.ask(request) == first);
  CHECK(client.read("a", "n") == Value(1));
}

TEST_CASE("A request that was overtaken is answered to nobody's surprise") {
  // A REQ that lost patience sends again: the late answer to the first is not taken for the
  // second's.
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  for (int i = 0; i < 100; ++i) {
    client.send(client.next_write("a", Transaction().add("n", 1)));
    client.send(wire::encode(wire::Read{"a", {"n"}}));
    const std::string reply = client.receive();
    CHECK(wire::decode_read_reply(reply).attributes.size() == 1);
  }
  CHECK(client.read("a", "n") == Value(100));
}

TEST_CASE("A large namespace comes in parts") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::string text(100'000, 'x');
  for (int i = 0; i < 10; ++i) {
    client.write("large", Transaction().set("text" + std::to_string(i), text));
  }
  const RawSnapshot snapshot = take_snapshot(client, "large");
  CHECK(snapshot.parts > 1);
  CHECK(snapshot.attributes.size() == 10);
  CHECK(snapshot.attributes.at("text7").first == Value(text));
  CHECK(snapshot.revision == client.status("large").revision);
}

TEST_CASE("Missed commits are told by SINCE") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::uint64_t first = client.write("a", Transaction().set("x", 1)).revision;
  const std::uint64_t last = client.write("a", Transaction().set("x", 2)).revision;
  const std::string bytes =
      client.ask(wire::encode(wire::Since{"a", client.session().epoch, first}));
  const wire::SinceReply reply = wire::decode_since_reply(bytes);
  CHECK_FALSE(reply.take_snapshot);
  CHECK(reply.run.previous == first);
  CHECK(reply.run.revision == last);
  CHECK(reply.run.commits == 1);
}

TEST_CASE("A write's answer brings the commits that its client lacks") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::uint64_t known = client.write("a", Transaction().set("x", 1)).revision;
  client.write("a", Transaction().set("y", 1));
  const std::string bytes = client.ask(client.next_write("a", Transaction().set("z", 1), known));
  const wire::WriteReply reply = wire::decode_write_reply(bytes);
  REQUIRE(reply.tails.size() == 1);
  CHECK(reply.tails[0].run.previous == known);
  CHECK(reply.tails[0].run.commits == 2);
}

TEST_CASE("A value of many megabytes' transaction goes through") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  Transaction transaction;
  const std::string text(1'000'000, 'x');
  for (int i = 0; i < 8; ++i) transaction.set("text" + std::to_string(i), text);
  RawReader reader(board.updates_endpoint());
  reader.follow("a");
  CHECK(client.write("a", transaction).status == wire::Status::ok);
  RawUpdate update = reader.await_commits(wire::topic_of("a"));
  CHECK(update.body.size() > 8'000'000);
  CHECK(update.commits()->run.commits == 1);
}
