// Updates and beats over real sockets.

#include <map>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"
#include "support/tcp_peer.hpp"
#include "support/zmtp.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("A proven subscription misses nothing that is written after the snapshot") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  for (int i = 0; i < 50; ++i) {
    const std::string space = "space" + std::to_string(i);
    const std::uint64_t before = client.write(space, Transaction().set("x", 1)).revision;
    RawReader reader(board.updates_endpoint());
    CHECK(reader.follow(space) == client.session().epoch);
    CHECK(take_snapshot(client, space).revision == before);
    const std::uint64_t after = client.write(space, Transaction().set("x", 2)).revision;
    RawUpdate update = reader.await_commits(wire::topic_of(space));
    REQUIRE(update.commits() != nullptr);
    CHECK(update.commits()->epoch == client.session().epoch);
    CHECK(update.commits()->run.previous == before);
    CHECK(update.commits()->run.revision == after);
    CHECK(update.commits()->run.count == 2);
  }
}

TEST_CASE("Updates form a chain without holes") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  RawReader reader(board.updates_endpoint());
  reader.follow("a");
  std::uint64_t last = 0;
  for (int i = 0; i < 500; ++i) last = client.write("a", Transaction().set("x", i)).revision;
  std::uint64_t seen = 0;
  while (seen != last) {
    RawUpdate update = reader.await_commits(wire::topic_of("a"));
    const wire::CommitsUpdate* commits = update.commits();
    if (seen != 0) REQUIRE(commits->run.previous == seen);
    seen = commits->run.revision;
  }
}

TEST_CASE("A subscribed namespace beats, and tells what its status tells") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  const std::uint64_t revision = client.write("a", Transaction().set("x", 1)).revision;
  RawReader reader(board.updates_endpoint());
  reader.subscribe(wire::topic_of("a"));
  for (int i = 0; i < 5; ++i) {
    RawUpdate update = reader.await_beat(wire::topic_of("a"));
    CHECK(update.beat()->revision == revision);
    CHECK(update.beat()->count == 1);
    CHECK(update.beat()->digest == client.status("a").digest);
    CHECK(update.beat()->epoch == client.session().epoch);
  }
}

TEST_CASE("Beats come once an interval, and end when nobody listens") {
  BrokerOptions options = short_times();
  options.beat = std::chrono::milliseconds(200);
  const Board board(options);
  RawReader reader(board.updates_endpoint());
  RawReader other(board.updates_endpoint());
  reader.follow("a");
  other.follow("b");
  reader.await_beat(wire::topic_of("a"));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) reader.await_beat(wire::topic_of("a"));
  const auto passed = std::chrono::steady_clock::now() - start;
  CHECK(passed > std::chrono::milliseconds(900));
  CHECK(passed < std::chrono::milliseconds(2500));

  RawClient client(board.endpoint());
  const auto namespaces = [&] {
    const std::string bytes = client.ask(wire::encode(wire::List{"", ""}));
    return wire::decode_list_reply(bytes).names.size();
  };
  const std::size_t with = namespaces();
  reader.unsubscribe(wire::topic_of("a"));
  CHECK(await([&] { return namespaces() == with - 1; }));
  other.await_beat(wire::topic_of("b"));
}

TEST_CASE("A namespace's name is no prefix of another's topic") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  RawReader reader(board.updates_endpoint());
  reader.follow("a/b");
  client.write("a/bc", Transaction().set("x", 1));
  client.write("a/b", Transaction().set("x", 2));
  const std::optional<RawUpdate> update = reader.next();
  REQUIRE(update);
  CHECK(update->topic == wire::topic_of("a/b"));
}

TEST_CASE("Ten thousand namespaces all beat") {
  BrokerOptions options = short_times();
  options.beat = std::chrono::milliseconds(500);
  const Board board(options);
  RawReader reader(board.updates_endpoint());
  constexpr std::size_t many = 10'000;
  for (std::size_t i = 0; i < many; ++i) reader.subscribe(wire::topic_of("s" + std::to_string(i)));
  std::map<std::string, int> beats;
  std::size_t twice = 0;
  while (twice < many) {
    std::optional<RawUpdate> update = reader.next();
    REQUIRE(update);
    if (update->beat() != nullptr && ++beats[update->topic] == 2) ++twice;
  }
  CHECK(beats.size() == many);
}

TEST_CASE("A subscription has as many bytes as the page says") {
  const Board board;
  RawReader reader(board.updates_endpoint());
  reader.subscribe(std::string(4096, 'x'));
  reader.follow("a");
  reader.unsubscribe(std::string(4096, 'x'));
  reader.follow("b");
}

TEST_CASE("A subscription may be a command or a message, of any size up to the bound and no larger",
          "[keyless]") {
  const Board board;
  const std::string nonce = '\xFF' + std::string(16, 'n');
  const auto command = [](const std::string& topic) {
    return zmtp_long_frame(command_flag, "\x09SUBSCRIBE" + topic);
  };
  const auto message = [](const std::string& topic) { return zmtp_long_frame(0, '\x01' + topic); };
  const auto connect = [&] {
    TcpPeer peer(board.updates_endpoint());
    std::string greeting = zmtp_greeting("NULL");
    greeting[11] = 1;  // ZMTP 3.1, which has the commands
    peer.send(greeting + zmtp_ready("SUB", ""));
    const std::string answer = peer.receive(greeting.size() + 2);  // and READY's head
    REQUIRE(peer.receive(static_cast<unsigned char>(answer.back())).starts_with("\x05READY"));
    return peer;
  };
  const auto check_proven = [&](const std::string& subscription) {
    const TcpPeer reader = connect();
    reader.send(subscription + message(nonce));
    std::string heard;
    while (heard.find(nonce) == std::string::npos) {
      const std::string byte = reader.receive(1);
      REQUIRE_FALSE(byte.empty());  // it hung up
      heard += byte;
    }
  };
  for (const std::size_t size : {0, 1, 255, 4086, 4087, 4095, 4096}) {
    CAPTURE(size);
    check_proven(command(std::string(size, 'x')));
    check_proven(command(std::string(size, 'x')) + zmtp_long_frame(command_flag,
                                                                   "\x06"
                                                                   "CANCEL" +
                                                                       std::string(size, 'x')));
    check_proven(message(std::string(size, 'x')));
  }
  for (const std::string& subscription :
       {command(std::string(4097, 'x')), command(std::string(100'000, 'x')),
        message(std::string(4200, 'x'))}) {
    const TcpPeer reader = connect();
    reader.send(subscription);
    CHECK(reader.receive_all().find(nonce) == std::string::npos);  // it hung up
  }
}

TEST_CASE("Topics that are no namespace's do no harm") {
  const Board board;
  RawReader reader(board.updates_endpoint());
  reader.subscribe("");
  reader.subscribe("no NUL at the end");
  reader.subscribe(std::string(3000, 'x'));
  reader.subscribe(std::string("a//b\0", 5));
  reader.subscribe(std::string("\xC0\xAF\0", 3));
  reader.subscribe(std::string(1, '\xFF'));
  reader.follow("a");
  RawClient client(board.endpoint());
  client.hello();
  CHECK(client.write("a", Transaction().set("x", 1)).status == wire::Status::ok);
  reader.await_commits(wire::topic_of("a"));
}
