// Writing without a copy of what is written.
#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/events.hpp"
#include "api/fake_broker.hpp"
#include "api/gated_updates.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"
#include "support/raw_client.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::ClientEvent;
using bulletin::Errc;
using bulletin::Publisher;
using bulletin::Revision;
using bulletin::Transaction;

namespace wire = bulletin::wire;

namespace {

struct Published {
  Board board;
  std::optional<bulletin::Client> client{board.client()};
  bulletin::Client reader = board.client();
  Publisher publisher = client->publisher("plant");
  bulletin::Namespace space = reader.open("plant");
};

// No updates reach a client until the gate is opened.
struct NoUpdatesYet : GatedUpdates {
  NoUpdatesYet() { updates.hold(); }
};

// A broker with one namespace and one write, whose answer brings no commits. It has no snapshot to
// give before the write, and the first one then is of before it: as if it had been long on its way.
struct SlowSnapshot {
  std::optional<std::string> operator()(const wire::Request& request) {
    wire::Epoch epoch;
    epoch.bytes.fill(7);
    if (std::holds_alternative<wire::Write>(request)) {
      written = true;
      return wire::encode(wire::WriteReply{{{wire::Status::ok, 1, {}}}, {}});
    }
    if (std::holds_alternative<wire::StatusRequest>(request)) {
      return wire::encode(wire::StatusReply{{{epoch, 1, 1}}});
    }
    if (std::holds_alternative<wire::Since>(request)) {
      return wire::encode(wire::SinceReply{epoch, true, false, {}});
    }
    if (!std::holds_alternative<wire::SnapshotRequest>(request)) return std::nullopt;
    asked = true;
    if (!written) return refusal(wire::Status::overloaded, "not yet");
    if (!std::exchange(old_sent, true)) {
      return wire::encode(wire::SnapshotReply{epoch, 0, 0, false, {}});
    }
    return wire::encode(wire::SnapshotReply{epoch, 1, 1, false, {{"x", one, 1}}});
  }

  std::atomic<bool> asked = false;
  std::atomic<bool> written = false;
  bool old_sent = false;
  const std::string one = wire::encode_value(bulletin::Value(1));
};

}  // namespace

TEST_CASE("a publisher writes in every way, and returns what a namespace would") {
  Published world;
  const Publisher& publisher = world.publisher;
  CHECK(publisher.name() == "plant");
  CHECK(publisher.uri() == world.space.uri());
  const Revision x = publisher.set("x", 1);
  const Revision later = publisher.set_async("later", "text").get();
  CHECK(later > x);
  CHECK(publisher.add("n", 2) == 2);
  CHECK(publisher.add("real", 0.5) == 0.5);
  CHECK_FALSE(publisher.compare_and_set("x", later, 2));
  const std::optional<Revision> won = publisher.compare_and_set("x", x, 2);
  REQUIRE(won);
  CHECK_FALSE(publisher.erase("nothing"));
  publisher.set("old", 1);
  CHECK(publisher.erase("old"));
  const auto committed = publisher.commit(Transaction().require("x", *won).set("y", 3));
  REQUIRE(committed);
  CHECK_FALSE(publisher.commit(Transaction().require("x", x).set("y", 4)));
  CHECK_FALSE(publisher.commit_async(Transaction().require("x", x).set("y", 4)).get());
  REQUIRE(publisher.commit_async(Transaction().add("n", 5)).get());

  world.space.sync();
  CHECK(world.space.names() == std::vector<std::string>{"later", "n", "real", "x", "y"});
  CHECK(world.space.read<int>("x")->revision == *won);
  CHECK(world.space.read<int>("y")->revision == *committed);
  CHECK(world.space.at<int>("n") == 7);
  CHECK(world.space.at<std::string>("later") == "text");
}

TEST_CASE("the writes of publishers and namespaces of one client keep one order") {
  Published world;
  const bulletin::Namespace same = world.client->open("plant");
  const Publisher elsewhere = world.client->publisher("elsewhere");
  std::vector<Revision> revisions;
  std::vector<std::future<Revision>> futures;
  for (int i = 0; i != 100; ++i) {
    futures.push_back(world.publisher.set_async("x", 3 * i));
    futures.push_back(same.set_async("x", 3 * i + 1));
    futures.push_back(elsewhere.set_async("x", 3 * i + 2));
  }
  for (std::future<Revision>& future : futures) revisions.push_back(future.get());
  CHECK(std::is_sorted(revisions.begin(), revisions.end()));
  CHECK(same.at<int>("x") == 298);
}

TEST_CASE("what a publisher has written is in the replica that its client has, when it returns") {
  Published world;
  world.publisher.set("before", 1);
  const bulletin::Namespace same = world.client->open("plant");
  for (int i = 0; i != 200; ++i) {
    const Revision revision = world.publisher.set("x", i);
    CHECK(same.read<int>("x")->revision == revision);
    const Revision later = world.publisher.set_async("y", i).get();
    CHECK(same.read<int>("y")->revision == later);
  }
  CHECK(same.at<int>("before") == 1);
}

TEST_CASE("what a publisher has written while its client opens is there when both have returned",
          "[keyless]") {
  SlowSnapshot answers;
  FakeBroker broker(std::ref(answers));
  bulletin::ClientOptions options;
  options.endpoint = broker.endpoint();
  options.close_timeout = 100ms;
  bulletin::Client client(options);
  auto opened = std::async(std::launch::async, [&] { return client.open("plant"); });
  REQUIRE(await([&] { return answers.asked.load(); }));
  CHECK(client.publisher("plant").set("x", 1) == Revision(1));
  const bulletin::Namespace space = opened.get();
  CHECK(space.get_or("x", 0) == 1);
}

TEST_CASE("a publisher needs no stream, and hears none") {
  NoUpdatesYet net;
  bulletin::Client client = net.board.client();
  const Publisher publisher = client.publisher("plant");
  CHECK(publisher.add("n", 1) == 1);
  CHECK(publisher.set_async("x", 1).get() > Revision());
  net.updates.open();
  RawClient raw(net.board.endpoint());
  raw.hello();
  for (int i = 0; i != 100; ++i) {
    raw.write("plant", Transaction().set("x", std::string(10'000, 'x')));
    publisher.set("y", std::string(10'000, 'y'));
  }
  CHECK(publisher.add("n", 1) == 2);
  CHECK(net.updates.passed() < 10'000);
}

TEST_CASE("what a publisher cannot write is refused, and named") {
  Published world;
  const Publisher& publisher = world.publisher;
  for (const std::string name : {"", "_private", "no\xff utf-8"}) {
    CAPTURE(name);
    const auto refused = [&](auto&& call) {
      const bulletin::Error error = failure_of(call);
      CHECK(error.code() == Errc::rejected);
      CHECK(error.name() == name);
    };
    refused([&] { publisher.set(name, 1); });
    refused([&] { static_cast<void>(publisher.set_async(name, 1)); });
    refused([&] { publisher.add(name, 1); });
    refused([&] { publisher.erase(name); });
    refused([&] { publisher.compare_and_set(name, bulletin::absent, 1); });
  }
  publisher.set("text", "no number");
  CHECK(code_of([&] { publisher.add("text", 1); }) == Errc::wrong_type);
  CHECK(code_of([&] { publisher.set("large", std::string(2u << 20, 'x')); }) == Errc::rejected);
  CHECK(code_of([&] { world.client->publisher("no//name"); }) == Errc::rejected);
  CHECK(code_of([&] { world.client->publisher("$sys/broker").set("x", 1); }) == Errc::rejected);
  world.space.sync();
  CHECK(world.space.names() == std::vector<std::string>{"text"});
}

TEST_CASE("a publisher outlives its client, and says so") {
  Published world;
  world.publisher.set("x", 1);
  world.client.reset();
  CHECK(world.publisher.name() == "plant");
  CHECK(code_of([&] { world.publisher.set("x", 2); }) == Errc::disconnected);
  CHECK(code_of([&] { static_cast<void>(world.publisher.set_async("x", 2)); }) ==
        Errc::disconnected);
}

TEST_CASE("a publisher waits for a broker that is not there yet, and no longer than is said") {
  Gate nobody;
  nobody.shut();
  bulletin::ClientOptions options;
  options.endpoint = nobody.endpoint();
  options.write_timeout = 50ms;
  bulletin::Client client(options);
  const Publisher publisher = client.publisher("plant");
  CHECK(code_of([&] { publisher.set("x", 1); }) == Errc::disconnected);
  CHECK(code_of([&] { publisher.set_async("x", 1).get(); }) == Errc::disconnected);
}

TEST_CASE("a publisher's ephemerals go with its session, and are set again in the next") {
  IpcBoard board;
  Events events;
  bulletin::ClientOptions options;
  options.on_state = events.listener();
  std::optional<bulletin::Client> client(board->client(options));
  bulletin::Client other = board->client();
  const bulletin::Namespace watcher = other.open("plant");
  const Publisher publisher = client->publisher("plant");
  publisher.set("mine", 1, {.ephemeral = true});
  publisher.set("ended", 1, {.ephemeral = true});
  client->open("plant").set("ended", 2);  // by another handle of the same client
  board->restart();
  CHECK(events.saw({ClientEvent::connected, ClientEvent::session_lost, ClientEvent::connected}));
  CHECK(await([&] { return watcher.contains("mine"); }));
  publisher.set("barrier", 1);
  watcher.sync();
  CHECK(watcher.names() == std::vector<std::string>{"barrier", "mine"});
  client.reset();
  CHECK(await([&] { return !watcher.contains("mine"); }));
}

TEST_CASE("a namespace that could not be opened holds up no publisher") {
  NoUpdatesYet net;
  bulletin::ClientOptions impatient;
  impatient.endpoint = net.board.endpoint();
  impatient.open_timeout = 50ms;
  bulletin::Client client(impatient);
  const Publisher publisher = client.publisher("plant");
  publisher.set("x", 1);
  CHECK(code_of([&] { client.open("plant"); }) == Errc::disconnected);
  CHECK(publisher.add("x", 1) == 2);
  net.updates.open();
  CHECK(await([&] {
    try {
      return client.open("plant").at<int>("x") == 2;
    } catch (const bulletin::Error&) {
      return false;
    }
  }));
}
