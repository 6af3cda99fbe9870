// $sys: the broker's own namespaces, as a client of any kind sees them.

#include <unistd.h>

#include <array>
#include <string>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("The broker tells about itself") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  client.write("a", Transaction().set("x", 1));
  const RawSnapshot snapshot = take_snapshot(client, "$sys/broker");
  for (const char* name :
       {"version", "uptime", "clients", "commits", "updates", "bytes", "drops"}) {
    CHECK(snapshot.attributes.contains(name));
  }
  CHECK(snapshot.attributes.at("clients").first == Value(1));
  CHECK(snapshot.attributes.at("commits").first == Value(1));
  CHECK(snapshot.epoch != client.session().epoch);
}

TEST_CASE("Every session has an attribute while it lives") {
  BrokerOptions options = short_times();
  options.session_time = std::chrono::milliseconds(600);
  const Board board(options);
  RawClient client(board.endpoint());
  const std::string number = std::to_string(client.hello("a robot\n").session.number);
  const std::optional<Value> session = client.read("$sys/sessions", number);
  REQUIRE(session);
  CHECK(session->as<Map>().at("name") == Value("a robot\n"));
  CHECK_FALSE(session->as<Map>().contains("host"));
  CHECK(session->as<Map>().at("since").as<std::int64_t>() > 1'600'000'000'000);
  // It expires.
  RawClient witness(board.endpoint());
  CHECK(await([&] { return !witness.read("$sys/sessions", number); }));
}

TEST_CASE("A session shows the host of its client and keeps it over a restart with data") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.data = (folder.path() / "data").string();
  IpcBoard board(options);
  std::array<char, 256> host{};
  REQUIRE(gethostname(host.data(), host.size() - 1) == 0);
  Client client = board->client();
  const Namespace space = client.open("plant");
  RawClient raw(board->endpoint());
  const std::string long_host(255, 'h');
  const auto session_of = [](RawClient& asking, const std::string& name) {
    for (const auto& [number, session] : take_snapshot(asking, "$sys/sessions").attributes) {
      if (session.first.as<Map>().at("name") == Value(name)) return session.first.as<Map>();
    }
    return Map();
  };
  raw.ask(wire::encode(wire::Hello{1, 1, "raw", long_host}));
  for (int life = 0; life != 2; ++life) {
    RawClient asking(board->endpoint());
    asking.hello("asking");
    CHECK(session_of(asking, "raw").at("host") == Value(long_host));
    std::size_t told = 0;
    for (const auto& [number, session] : take_snapshot(asking, "$sys/sessions").attributes) {
      const Map map = session.first.as<Map>();
      if (map.contains("host") && map.at("host") == Value(std::string(host.data()))) ++told;
    }
    CHECK(told == 1);
    if (life == 0) board->restart();
  }
  RawClient rejected(board->endpoint());
  const std::string bytes = rejected.ask(wire::encode(wire::Hello{1, 1, "raw", long_host + "h"}));
  CHECK_THROWS_AS(wire::decode_welcome(bytes), wire::RefusedError);
}

TEST_CASE("The broker's namespaces are listed and read-only") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  client.write("#before", Transaction().set("x", 1));
  client.write("plant", Transaction().set("x", 1));
  std::string bytes = client.ask(wire::encode(wire::List{"", ""}));
  CHECK(wire::decode_list_reply(bytes).names ==
        std::vector<std::string_view>{"#before", "$sys/broker", "$sys/sessions", "plant"});
  bytes = client.ask(wire::encode(wire::List{"$sys/", "$sys/broker"}));
  CHECK(wire::decode_list_reply(bytes).names == std::vector<std::string_view>{"$sys/sessions"});
  for (const char* name : {"$sys/broker", "$sys/new", "$mine"}) {
    CHECK(client.write(name, Transaction().set("x", 1)).status == wire::Status::rejected);
  }
}

TEST_CASE("A long listing has the broker's namespaces once, in order") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  constexpr int many = 600;
  for (int i = 0; i < many; ++i) {
    const std::string tail = std::to_string(1000 + i) + std::string(200, 'x');
    client.write((i % 2 == 0 ? "!" : "a") + tail, Transaction().set("x", 1));
  }
  std::vector<std::string> names;
  for (bool more = true; more;) {
    const std::string bytes =
        client.ask(wire::encode(wire::List{"", names.empty() ? "" : names.back()}));
    const wire::ListReply reply = wire::decode_list_reply(bytes);
    more = reply.more;
    names.insert(names.end(), reply.names.begin(), reply.names.end());
  }
  CHECK(names.size() == many + 2);
  CHECK(std::is_sorted(names.begin(), names.end()));
}

TEST_CASE("The broker's namespaces are followed like any other") {
  const Board board;
  RawClient client(board.endpoint());
  client.hello();
  RawReader reader(board.updates_endpoint());
  const std::string topic = wire::topic_of("$sys/broker");
  reader.follow("$sys/broker");
  const RawSnapshot snapshot = take_snapshot(client, "$sys/broker");
  // The chain goes on from the snapshot, in its epoch.
  std::uint64_t seen = snapshot.revision;
  for (int i = 0; i < 2; ++i) {
    RawUpdate update = reader.await_commits(topic);
    if (update.commits()->run.revision <= seen) continue;
    CHECK(update.commits()->epoch == snapshot.epoch);
    CHECK(update.commits()->run.previous == seen);
    seen = update.commits()->run.revision;
  }
  CHECK(seen > snapshot.revision);
  RawUpdate beat = reader.await_beat(topic);
  CHECK(beat.beat()->epoch == snapshot.epoch);
  CHECK(beat.beat()->revision >= seen);

  const std::string bytes =
      client.ask(wire::encode(wire::Since{"$sys/broker", snapshot.epoch, snapshot.revision}));
  CHECK_FALSE(wire::decode_since_reply(bytes).take_snapshot);
  const std::string strange =
      client.ask(wire::encode(wire::Since{"$sys/broker", client.session().epoch, seen}));
  CHECK(wire::decode_since_reply(strange).take_snapshot);
  CHECK(client.status("$sys/broker").epoch == snapshot.epoch);
}
