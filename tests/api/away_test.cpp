// The broker is away, and comes back with nothing.
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "api/events.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using bulletin::ClientEvent;
using bulletin::Errc;
using bulletin::Freshness;
using bulletin::Transaction;
using bulletin::Value;

namespace {

bool is(const bulletin::Namespace& space, Freshness::State state) {
  return await([&] { return space.freshness().state == state; });
}

/// On a busy machine the short time of an impatient client may pass.
bulletin::Namespace open_in_the_end(bulletin::Client& client, const char* name) {
  std::optional<bulletin::Namespace> space;
  REQUIRE(await([&] {
    try {
      space = client.open(name);
    } catch (const bulletin::Error&) {
      return false;
    }
    return true;
  }));
  return *space;
}

}  // namespace

TEST_CASE("reads serve while the broker is away, and say since when") {
  IpcBoard board;
  const auto before = std::chrono::system_clock::now();
  bulletin::Client client = board->client();
  const bulletin::Namespace space = client.open("away");
  const auto handle = space.attribute<int>("x");
  space.set("x", 1);
  space.set("text", "hello");
  const bulletin::Revision revision = space.revision();
  REQUIRE(is(space, Freshness::State::connected));
  CHECK(space.freshness().since >= before);
  CHECK(space.freshness().since <= std::chrono::system_clock::now());

  board->stop();
  REQUIRE(is(space, Freshness::State::stale));
  const auto since = space.freshness().since;
  CHECK(since >= before);
  CHECK(since <= std::chrono::system_clock::now());
  CHECK(space.freshness().since == since);
  CHECK(space.at<int>("x") == 1);
  CHECK(handle.get() == 1);
  CHECK(space.read<std::string>("text")->value == "hello");
  CHECK(space.snapshot().revision() == revision);
  CHECK(space.names().size() == 2);
  CHECK(space.revision() == revision);
  space.set("_private", 1);
  CHECK(space.at<int>("_private") == 1);
  Recorder recorder;
  const auto subscription = space.watch(recorder.watcher());
  CHECK(recorder.wait_for(2).size() == 2);
  CHECK(client.open("away").at<int>("x") == 1);
}

TEST_CASE("writes fail while the broker is away, and were not applied") {
  IpcBoard board;
  bulletin::Client client = board->client(impatient());
  const bulletin::Namespace space = open_in_the_end(client, "away");
  board->client().open("away").set("x", 1);
  REQUIRE(await([&] { return space.contains("x"); }));
  board->stop();
  REQUIRE(is(space, Freshness::State::stale));
  const auto check = [&](const char* what, auto&& call) {
    CAPTURE(what);
    const bulletin::Error error = failure_of(call);
    CHECK(error.code() == Errc::disconnected);
    CHECK(error.retryable());
    CHECK_FALSE(error.may_have_applied());
    return error;
  };
  CHECK(check("set", [&] { space.set("x", 2); }).name() == "x");
  CHECK(check("erase", [&] { space.erase("x"); }).name() == "x");
  CHECK(check("add", [&] { space.add("n", 1); }).name() == "n");
  check("commit", [&] { space.commit(Transaction().set("x", 2)); });
  check("compare_and_set", [&] { space.compare_and_set("x", bulletin::absent, 2); });
  check("update", [&] { space.update<int>("x", [](auto) { return 2; }); });
  auto future = space.set_async("x", 3);
  auto commit = space.commit_async(Transaction().set("x", 4));
  check("set_async", [&] { future.get(); });
  check("commit_async", [&] { commit.get(); });
  check("sync", [&] { space.sync(); });
  check("namespaces", [&] { client.namespaces(); });
  const bulletin::Error open = check("open", [&] { client.open("new"); });
  CHECK(mentions(open, board->endpoint()));
  CHECK(mentions(open, "new"));
  CHECK(space.at<int>("x") == 1);
}

TEST_CASE("when the broker comes back empty, clients join again and watches tell the removals") {
  IpcBoard board;
  Events events;
  bulletin::ClientOptions options;
  options.on_state = events.listener();
  bulletin::Client client = board->client(options);
  const bulletin::Namespace space = client.open("away");
  const auto handle = space.attribute<int>("x");
  space.commit(Transaction().set("x", 1).set("y", 2));
  const bulletin::Revision before = space.revision();
  Recorder recorder;
  const auto subscription = space.watch(recorder.watcher());
  recorder.wait_for(2);
  CHECK(events.saw({ClientEvent::connected}));

  board->stop();
  CHECK(events.saw({ClientEvent::connected, ClientEvent::disconnected}));
  board->restart();
  const auto told = recorder.wait_for(4);
  REQUIRE(told.size() == 4);
  for (std::size_t i = 2; i < 4; ++i) {
    CHECK_FALSE(told[i].value);
    CHECK(told[i].resynced);
    CHECK(told[i].last == (i == 3));
  }
  CHECK(space.empty());
  CHECK_FALSE(handle.get());
  CHECK(is(space, Freshness::State::connected));
  CHECK(events.saw({ClientEvent::connected, ClientEvent::disconnected, ClientEvent::session_lost,
                    ClientEvent::connected}));
  CHECK(events.count(ClientEvent::session_lost) == 1);
  const bulletin::Revision after = space.set("x", 5);
  CHECK(after > before);
  CHECK(handle.get() == 5);
  CHECK(recorder.wait_for("x", Value(5)).back().resynced == false);
}

TEST_CASE("a write made while the broker is away is applied when it is back in time") {
  IpcBoard board;
  bulletin::Client client = board->client(impatient(std::chrono::seconds(3)));
  const bulletin::Namespace space = client.open("away");
  space.set("x", 1);
  board->stop();
  REQUIRE(is(space, Freshness::State::stale));
  // One that was sent just as the broker ended would be in doubt.
  while (failure_of([&] { space.set("x", 1); }).may_have_applied()) {
  }
  bulletin::Future<bulletin::Revision> last;
  for (int i = 0; i < 50; ++i) last = space.set_async("x", i);
  std::thread waiting([&] { space.set("y", 1); });
  board->restart();
  waiting.join();
  CHECK(last.get() > bulletin::Revision());
  CHECK(space.at<int>("x") == 49);
  CHECK(space.at<int>("y") == 1);
}

TEST_CASE("open waits for a broker that is not up yet") {
  IpcBoard board;
  board->stop();
  bulletin::Client client = board->client();
  std::thread starter([&] { board->restart(); });
  const bulletin::Namespace space = client.open("later");
  starter.join();
  CHECK(space.set("x", 1) > bulletin::Revision());
}

TEST_CASE("a broker that goes and comes many times leaves everybody with the same state") {
  IpcBoard board;
  bulletin::Client first = board->client();
  bulletin::Client second = board->client();
  const bulletin::Namespace mine = first.open("restarts");
  const bulletin::Namespace theirs = second.open("restarts");
  bulletin::Revision last;
  for (int round = 0; round < 5; ++round) {
    const bulletin::Revision revision = mine.set("x" + std::to_string(round), round);
    CHECK(revision > last);
    last = revision;
    theirs.sync();
    CHECK(theirs.at<int>("x" + std::to_string(round)) == round);
    CHECK(theirs.size() == 1);
    board->restart();
    // What is sent twice while the broker goes may be in doubt: that is for other tests.
    REQUIRE(await([&] { return mine.empty() && theirs.empty(); }));
  }
  CHECK(is(mine, Freshness::State::connected));
  CHECK(is(theirs, Freshness::State::connected));
  mine.sync();
  CHECK(mine.empty());
}

TEST_CASE("times without end are times without end") {
  const Board board;
  bulletin::ClientOptions options;
  options.open_timeout = options.write_timeout = std::chrono::milliseconds::max();
  bulletin::Client client = board.client(options);
  const bulletin::Namespace space = client.open("away");
  CHECK(space.set("x", 1) > bulletin::Revision());
  space.set_async("x", 2).get();
  space.sync();
  CHECK(space.at<int>("x") == 2);
  CHECK_FALSE(client.namespaces().empty());
}

TEST_CASE("an outage that the session survives ends with connected") {
  Gate commands;
  Gate updates;
  bulletin::BrokerOptions options = short_times();
  options.advertise = updates.endpoint();
  const Board board(options);
  commands.lead_to(board.endpoint());
  updates.lead_to(board.updates_endpoint());
  Events events;
  bulletin::Client client({.endpoint = commands.endpoint(), .on_state = events.listener()});
  const bulletin::Namespace space = client.open("away");
  commands.hold();
  updates.hold();
  CHECK(events.saw({ClientEvent::connected, ClientEvent::disconnected}));
  const auto before = std::chrono::system_clock::now();
  commands.open();
  updates.open();
  CHECK(events.saw({ClientEvent::connected, ClientEvent::disconnected, ClientEvent::connected}));
  CHECK(events.count(ClientEvent::session_lost) == 0);
  CHECK(is(space, Freshness::State::connected));
  CHECK(space.freshness().since >= before);
}
