// Attributes that end with their session, or with their time.
#include <optional>
#include <string>
#include <vector>

#include "api/events.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::ClientEvent;
using bulletin::Errc;
using bulletin::Transaction;
using bulletin::Value;

namespace {

bool gone(const bulletin::Namespace& space, const std::string& name) {
  return await([&] { return !space.contains(name); });
}

bool there(const bulletin::Namespace& space, const std::string& name) {
  return await([&] { return space.contains(name); });
}

// A client behind a gate that cuts off its commands.
struct CutOff {
  CutOff() {
    commands.lead_to(board.endpoint());
    bulletin::ClientOptions options;
    options.endpoint = commands.endpoint();
    options.on_state = events.listener();
    client.emplace(options);
  }

  static bulletin::BrokerOptions brief_sessions() {
    bulletin::BrokerOptions options = short_times();
    options.session_time = 1s;
    return options;
  }

  Gate commands;
  Events events;
  Board board{brief_sessions()};
  std::optional<bulletin::Client> client;
};

struct Pair {
  Board board;
  std::optional<bulletin::Client> owner{board.client()};
  bulletin::Client other{board.client()};
  bulletin::Namespace space = owner->open("mortal");
  bulletin::Namespace watcher = other.open("mortal");
};

}  // namespace

TEST_CASE("an ephemeral attribute goes when the client ends, the others stay") {
  Pair pair;
  pair.space.set("gone", 1, {.ephemeral = true});
  pair.space.set("gone too", 1);
  pair.space.compare_and_set("gone too", pair.space.revision(), 2, {.ephemeral = true});
  pair.space.commit(Transaction().set("gone as well", 3, {.ephemeral = true}).set("stays", 4));
  pair.space.set_async("gone async", 5, {.ephemeral = true}).get();
  pair.space.attribute<int>("gone by handle").set(6, {.ephemeral = true});
  pair.space.update<int>("gone by update", [](auto) { return 7; }, {.ephemeral = true});
  pair.watcher.sync();
  CHECK(pair.watcher.size() == 7);
  Recorder recorder;
  const auto subscription = pair.watcher.watch("gone", recorder.watcher());
  pair.owner.reset();
  for (const char* name :
       {"gone", "gone too", "gone as well", "gone async", "gone by handle", "gone by update"}) {
    CAPTURE(name);
    CHECK(gone(pair.watcher, name));
  }
  CHECK(pair.watcher.names() == std::vector<std::string>{"stays"});
  CHECK(recorder.wait_for("gone", std::nullopt).size() == 2);
}

TEST_CASE("a later set ends the ephemeral, add keeps it") {
  Pair pair;
  pair.space.set("set again", 1, {.ephemeral = true});
  pair.space.set("set again", 2);
  pair.space.set("set by another", 1, {.ephemeral = true});
  pair.watcher.set("set by another", 2);
  pair.space.set("added", 1, {.ephemeral = true});
  pair.space.add("added", 1);
  pair.space.set("added by another", 1, {.ephemeral = true});
  pair.watcher.add("added by another", 1);
  pair.space.set("made ephemeral later", 1);
  pair.space.set("made ephemeral later", 2, {.ephemeral = true});
  pair.owner.reset();
  CHECK(gone(pair.watcher, "added"));
  CHECK(gone(pair.watcher, "added by another"));
  CHECK(gone(pair.watcher, "made ephemeral later"));
  pair.watcher.sync();
  CHECK(pair.watcher.names() == std::vector<std::string>{"set again", "set by another"});
}

TEST_CASE("an ephemeral attribute that another client sets is that client's") {
  Pair pair;
  bulletin::Client third = pair.board.client();
  pair.space.set("x", 1, {.ephemeral = true});
  pair.watcher.set("x", 2, {.ephemeral = true});
  pair.owner.reset();
  pair.watcher.set("after", 1);
  const bulletin::Namespace last = third.open("mortal");
  CHECK(last.at<int>("x") == 2);
}

TEST_CASE("an attribute with a time to live goes when it is over") {
  Pair pair;
  Recorder recorder;
  const auto subscription = pair.watcher.watch(recorder.watcher());
  pair.space.set("brief", 1, {.ttl = 100ms});
  pair.space.set("renewed", 1, {.ttl = 100ms});
  pair.space.set("renewed", 2, {.ttl = 1h});
  pair.space.set("ended", 1, {.ttl = 100ms});
  pair.space.set("ended", 2);
  pair.space.set("added", 1, {.ttl = 150ms});
  pair.space.add("added", 1);
  pair.space.commit(Transaction().set("in a group", 1, {.ttl = 100ms}));
  pair.space.compare_and_set("raced", bulletin::absent, 1, {.ttl = 100ms});
  pair.space.set("clock", 1, {.ttl = 400ms});
  for (const char* name : {"brief", "added", "in a group", "raced", "clock"}) {
    CAPTURE(name);
    CHECK(gone(pair.watcher, name));
    CHECK(gone(pair.space, name));
  }
  CHECK(pair.watcher.names() == std::vector<std::string>{"ended", "renewed"});
  CHECK(recorder.wait_for("brief", std::nullopt).size() >= 2);
}

TEST_CASE("an attribute may be ephemeral and have a time to live") {
  Pair pair;
  pair.space.set("both", 1, {.ephemeral = true, .ttl = 100ms});
  pair.space.set("long", 1, {.ephemeral = true, .ttl = 1h});
  CHECK(gone(pair.watcher, "both"));
  pair.owner.reset();
  CHECK(gone(pair.watcher, "long"));
}

TEST_CASE("a time to live below zero is rejected") {
  Pair pair;
  CHECK(code_of([&] { pair.space.set("x", 1, {.ttl = -1ms}); }) == Errc::rejected);
  CHECK(code_of([&] { Transaction().set("x", 1, {.ttl = -1ms}); }) == Errc::rejected);
  pair.space.set("x", 1, {.ttl = std::chrono::milliseconds::max()});
  pair.watcher.sync();
  CHECK(pair.watcher.contains("x"));
}

TEST_CASE("after a lost session the client sets its ephemerals again, and tells of it") {
  CutOff net;
  bulletin::Client direct = net.board.client();
  const bulletin::Namespace space = net.client->open("mortal");
  const bulletin::Namespace watcher = direct.open("mortal");
  space.set("again", 1, {.ephemeral = true});
  space.set("again", 2, {.ephemeral = true});
  space.set_async("again async", 3, {.ephemeral = true}).get();
  space.compare_and_set("raced", bulletin::absent, 1, {.ephemeral = true});
  space.commit(Transaction().set("in a group", 1, {.ephemeral = true}));
  space.set("plain now", 1, {.ephemeral = true});
  space.set("plain now", 2);
  space.set("erased", 1, {.ephemeral = true});
  space.erase("erased");
  space.set("taken", 1, {.ephemeral = true});
  space.set("plain", 1);
  REQUIRE(net.events.saw({ClientEvent::connected}));

  net.commands.shut();
  watcher.sync();
  REQUIRE(gone(watcher, "again"));
  CHECK(gone(watcher, "again async"));
  CHECK(gone(watcher, "raced"));
  CHECK(gone(watcher, "in a group"));
  CHECK(gone(watcher, "taken"));
  watcher.set("taken", "by another");
  CHECK(watcher.names() == std::vector<std::string>{"plain", "plain now", "taken"});

  net.commands.open();
  CHECK(
      net.events.saw({ClientEvent::connected, ClientEvent::session_lost, ClientEvent::connected}));
  CHECK(there(watcher, "again"));
  CHECK(there(watcher, "again async"));
  space.set("barrier", 1);
  watcher.sync();
  CHECK(watcher.names() ==
        std::vector<std::string>{"again", "again async", "barrier", "plain", "plain now", "taken"});
  CHECK(watcher.at<int>("again") == 2);
  CHECK(watcher.at<int>("plain now") == 2);
  CHECK(watcher.at<std::string>("taken") == "by another");

  // In the new session they are ephemeral as before.
  net.client.reset();
  CHECK(gone(watcher, "again"));
  CHECK(gone(watcher, "again async"));
  CHECK(watcher.contains("taken"));
}

TEST_CASE("ephemerals are set again at a broker that was restarted") {
  IpcBoard board;
  Events events;
  bulletin::ClientOptions options;
  options.on_state = events.listener();
  std::optional<bulletin::Client> client(board->client(options));
  bulletin::Client other = board->client();
  const bulletin::Namespace space = client->open("mortal");
  const bulletin::Namespace watcher = other.open("mortal");
  space.set("mine", 1, {.ephemeral = true});
  space.set("plain", 1);
  space.compare_and_set("raced", bulletin::absent, 1, {.ephemeral = true});
  board->restart();
  CHECK(events.saw({ClientEvent::connected, ClientEvent::session_lost, ClientEvent::connected}));
  CHECK(there(space, "mine"));
  space.set("barrier", 1);
  watcher.sync();
  CHECK(watcher.names() == std::vector<std::string>{"barrier", "mine"});
  client.reset();
  CHECK(gone(watcher, "mine"));
}

TEST_CASE("a session that lives through a short cut keeps its ephemerals as they are") {
  CutOff net;
  bulletin::Client direct = net.board.client();
  const bulletin::Namespace space = net.client->open("mortal");
  const bulletin::Namespace watcher = direct.open("mortal");
  const bulletin::Revision revision = space.set("x", 1, {.ephemeral = true});
  net.commands.shut();
  net.commands.open();
  space.set("y", 1);
  watcher.sync();
  CHECK(watcher.read<int>("x")->revision == revision);
  CHECK(net.events.count(ClientEvent::session_lost) == 0);
}

TEST_CASE("a client that is idle keeps its session") {
  bulletin::BrokerOptions options = short_times();
  options.session_time = 500ms;
  const Board board(options);
  bulletin::Client idle = board.client();
  bulletin::Client other = board.client();
  const bulletin::Namespace space = idle.open("mortal");
  const bulletin::Namespace watcher = other.open("mortal");
  const bulletin::Revision revision = space.set("x", 1, {.ephemeral = true});
  watcher.set("clock", 1, {.ttl = 1500ms});
  CHECK(gone(watcher, "clock"));
  CHECK(watcher.read<int>("x")->revision == revision);
}
