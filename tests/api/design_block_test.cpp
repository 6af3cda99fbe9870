// The API block of the design, line by line.
#include <cstdlib>
#include <string>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;

TEST_CASE("a client uses the environment's endpoint, else the default, and does not wait for it") {
  ::unsetenv("BULLETIN_ENDPOINT");
  CHECK(bulletin::Client().endpoint() == "tcp://127.0.0.1:5570");
  ::setenv("BULLETIN_ENDPOINT", "ipc:///tmp/nobody-listens-here", 1);
  const auto before = std::chrono::steady_clock::now();
  CHECK(bulletin::Client().endpoint() == "ipc:///tmp/nobody-listens-here");
  CHECK(bulletin::Client({.endpoint = "tcp://127.0.0.1:9"}).endpoint() == "tcp://127.0.0.1:9");
  CHECK(std::chrono::steady_clock::now() - before < patience);
  ::unsetenv("BULLETIN_ENDPOINT");
}

TEST_CASE("the design's lines about reads") {
  const Board board;
  bulletin::Client client({.endpoint = board.endpoint()});
  bulletin::Namespace robot = client.open("plant/robot");
  CHECK(robot.name() == "plant/robot");

  std::optional<double> v = robot.get<double>("speed");
  CHECK(v == std::nullopt);
  const bulletin::Error missing = failure_of([&] { robot.at<double>("speed"); });
  CHECK(missing.code() == bulletin::Errc::missing);
  CHECK(std::string(missing.what()) == "'plant/robot' has no attribute 'speed'");
  CHECK(missing.name() == "speed");
  double d = robot.get_or("speed", 0.5);
  CHECK(d == 0.5);
  CHECK_FALSE(robot.read<double>("speed"));
  CHECK_FALSE(robot.contains("speed"));

  const bulletin::Revision r = robot.set("speed", 3.2);
  CHECK(robot.get<double>("speed") == 3.2);
  CHECK(robot.at<double>("speed") == 3.2);
  CHECK(robot.get_or("speed", 0.0) == 3.2);
  std::optional<bulletin::Versioned<double>> e = robot.read<double>("speed");
  REQUIRE(e);
  CHECK(e->value == 3.2);
  CHECK(e->revision == r);
  CHECK(robot.contains("speed"));
  CHECK(robot.size() == 1);
  CHECK(robot.names() == std::vector<std::string>{"speed"});
  const bulletin::Error type = failure_of([&] { robot.get<std::string>("speed"); });
  CHECK(type.code() == bulletin::Errc::wrong_type);
  CHECK(type.name() == "speed");

  bulletin::Snapshot all = robot.snapshot();
  CHECK(all.get<double>("speed") == 3.2);
  CHECK(all.at<double>("speed") == 3.2);
  CHECK(all.revision() == r);
  for (const auto& entry : all) {
    CHECK(entry.name == "speed");
    CHECK(entry.value == 3.2);
    CHECK(entry.revision == r);
  }
}

TEST_CASE("the design's lines about writes") {
  const Board board;
  bulletin::Client client = board.client();
  bulletin::Namespace robot = client.open("plant/robot");

  bulletin::Revision r = robot.set("speed", 3.2);
  CHECK(r > bulletin::Revision());
  CHECK(robot.revision() == r);
  CHECK(robot.set("owner", "cell-7", {.ephemeral = true}) > r);
  robot.set("old", true);
  bool was_there = robot.erase("nobody");
  CHECK_FALSE(was_there);
  CHECK(robot.erase("owner"));
  std::optional<bulletin::Revision> won = robot.compare_and_set("speed", r, 4.0);
  REQUIRE(won);
  CHECK_FALSE(robot.compare_and_set("speed", r, 5.0));
  CHECK_FALSE(robot.compare_and_set("speed", bulletin::absent, 5.0));
  CHECK(robot.compare_and_set("fresh", bulletin::absent, 5.0));
  std::int64_t n = robot.add("count", 1);
  CHECK(n == 1);
  CHECK(robot.add("count", 2) == 3);
  double next =
      robot.update<double>("speed", [](std::optional<double> x) { return x.value_or(0) + 1; });
  CHECK(next == 5.0);
  r = robot.read<double>("speed")->revision;
  std::optional<bulletin::Revision> c = robot.commit(
      bulletin::Transaction().require("speed", r).set("x", 1).set("y", 2).erase("old"));
  REQUIRE(c);
  CHECK(robot.read<int>("x")->revision == *c);
  CHECK(robot.read<int>("y")->revision == *c);
  CHECK_FALSE(robot.contains("old"));
  std::future<bulletin::Revision> f = robot.set_async("speed", 5.0);
  CHECK(f.get() > *c);
  CHECK(robot.at<double>("speed") == 5.0);
}

TEST_CASE("the design's lines about typed handles, watches and the sugar") {
  const Board board;
  bulletin::Client client = board.client();
  bulletin::Namespace robot = client.open("plant/robot");

  bulletin::Attribute<double> speed = robot.attribute<double>("speed");
  CHECK(speed.get() == std::nullopt);
  CHECK(speed.get_or(0.5) == 0.5);
  speed.set(2.5);
  CHECK(speed.get() == 2.5);
  CHECK(speed.get_or(0.0) == 2.5);
  CHECK(speed.read()->value == 2.5);
  CHECK(speed.read()->revision == robot.revision());
  CHECK(speed.name() == "speed");
  CHECK(speed.owner().name() == "plant/robot");

  Recorder one;
  Recorder every;
  bulletin::Subscription a = robot.watch("speed", one.watcher());
  bulletin::Subscription b = robot.watch(every.watcher());
  robot.set("ready", true);
  bool ok = robot.wait_for(
      "ready", [](const bulletin::Value& x) { return x == true; }, 5s);
  CHECK(ok);
  robot.sync();
  CHECK(robot.freshness().state == bulletin::Freshness::State::connected);
  CHECK(every.wait_for(2).size() == 2);
  CHECK(one.wait_for(1).size() == 1);

  robot["mode"] = "idle";
  std::string m = robot["mode"].as<std::string>();
  CHECK(m == "idle");
  robot["copy"] = robot["mode"];
  CHECK(robot.at<std::string>("copy") == "idle");

  client.open("plant/press").set("on", true);
  client.open("store").set("on", true);
  CHECK(client.namespaces("plant/") == std::vector<std::string>{"plant/press", "plant/robot"});
  CHECK(client.limits() == bulletin::Limits{});
}
