// Whatever a broker tells, a client does not ask without pause.
#include <algorithm>
#include <functional>
#include <limits>

#include "replica/client_core.hpp"
#include "replica/core_world.hpp"
#include "support/catch.hpp"
#include "wire/commit.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

class Liar {
 public:
  CoreWorld world;
  /// What it answers to the request; nullopt: the truth.
  std::function<std::optional<std::string>(const wire::Request&)> lie = [](const wire::Request&) {
    return std::nullopt;
  };
  /// What it does each millisecond.
  std::function<void()> act = [] {};
  std::size_t asked = 0;

  /// How many requests a client makes in a second whose owner waits until the next event.
  std::size_t requests_in_a_second() {
    asked = 0;
    for (const std::uint64_t end = world.now + 1000; world.now < end; ++world.now) {
      act();
      while (const auto request = world.core.next_request(world.now)) {
        if (++asked > 1000) return asked;
        answer(*request);
      }
      const auto next = world.core.next_event_ms();
      if (next && *next <= world.now) ++spins;
    }
    return asked;
  }
  std::size_t spins = 0;  ///< an event was due, and nothing came of it

  std::string beat(std::uint64_t revision, std::uint64_t digest, std::uint8_t epoch = 0) const {
    wire::Epoch told = world.broker.epoch();
    if (epoch != 0) told.bytes.fill(epoch);
    return wire::encode(wire::Beat{told, revision, 0, digest});
  }
  void update(const std::string& body) {
    world.core.update(wire::topic_of("plant"), body, world.now);
  }

 private:
  void answer(const std::string& bytes) {
    const wire::Request request = wire::decode_request(bytes);
    if (const auto lied = lie(request)) return world.reply(*lied);
    if (std::holds_alternative<wire::Hello>(request)) return world.reply(world.welcome(1));
    if (std::holds_alternative<wire::Keepalive>(request)) return world.reply(wire::encode_done());
    world.reply(world.broker.answer(bytes));
  }
};

std::string welcome(const CoreWorld& world, std::uint64_t beat_ms, std::uint64_t session_ms) {
  wire::Welcome welcome;
  welcome.session = world.session(1);
  welcome.updates.port = 5571;
  welcome.beat_ms = beat_ms;
  welcome.session_ms = session_ms;
  return wire::encode(welcome);
}

}  // namespace

TEST_CASE("times that a broker tells are clamped to a day and nothing wraps") {
  const std::uint64_t beat =
      GENERATE(std::uint64_t{0}, std::uint64_t{1}, most / 3 + 1, most / 2, most - 1, most);
  const std::uint64_t session = GENERATE(std::uint64_t{0}, std::uint64_t{1}, most / 2, most);
  Liar liar;
  REQUIRE(liar.world.core.next_request(0));
  liar.world.reply(welcome(liar.world, beat, session));
  const auto replica = liar.world.core.open("plant");
  liar.world.prove();
  CHECK(liar.requests_in_a_second() <= 100);
  CHECK(liar.spins == 0);
  CHECK(replica->live());
  constexpr std::uint64_t day_ms = 86'400'000;
  CHECK(liar.world.core.welcome()->beat_ms <= day_ms);
  CHECK(liar.world.core.welcome()->beat_ms >= 1);
  CHECK(liar.world.core.welcome()->session_ms <= day_ms);
  CHECK(liar.world.core.welcome()->session_ms >= 1);
  CHECK(liar.world.core.heard_until_ms() <= liar.world.now + 3 * day_ms);
}

TEST_CASE("no lie makes a client ask more than a hundred times in a second") {
  Liar liar;
  liar.world.broker.set("a", "1");
  liar.world.join();
  const std::uint64_t revision = liar.world.broker.revision();
  std::uint64_t count = 0;
  std::string bytes;
  std::size_t total = 0;
  SECTION("digests that alternate") {
    liar.act = [&] { liar.update(liar.beat(revision, ++count)); };
  }
  SECTION("epochs that alternate") {
    liar.act = [&] {
      liar.update(liar.beat(revision, 7, static_cast<std::uint8_t>(1 + ++count % 9)));
    };
  }
  SECTION("updates endpoints that alternate") {
    liar.world.core.updates_disconnected(liar.world.now);
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      if (!std::holds_alternative<wire::Keepalive>(request)) return std::nullopt;
      // The owner then connects there.
      liar.world.core.updates_disconnected(liar.world.now);
      return wire::encode(wire::UpdatesPlace{5000 + ++count % 2, {}});
    };
    liar.act = [&] { liar.world.core.updates_disconnected(liar.world.now); };
  }
  SECTION("sessions that end at once") {
    liar.world.core.session_refused(liar.world.session(1));
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      if (std::holds_alternative<wire::Hello>(request)) return std::nullopt;
      return wire::encode(wire::Refusal{wire::Status::unknown_session, "", ""});
    };
    liar.act = [&] { liar.world.core.session_refused(liar.world.session(1)); };
  }
  SECTION("revisions that are announced and not there") {
    liar.act = [&] { liar.update(liar.beat(revision + ++count, 0)); };
  }
  SECTION("a SINCE that never ends") {
    liar.update(liar.beat(most, 0));
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      const auto* since = std::get_if<wire::Since>(&request);
      if (since == nullptr) return std::nullopt;
      wire::SinceReply reply;
      reply.epoch = liar.world.broker.epoch();
      reply.more = true;
      bytes.clear();
      wire::append_commit_header(bytes, {since->revision + 1, false, 0});
      reply.run.previous = since->revision;
      reply.run.revision = since->revision + 1;
      reply.run.commits = 1;
      reply.run.bytes = bytes;
      return wire::encode(reply);
    };
  }
  SECTION("a SINCE that wants a snapshot and a snapshot that wants a SINCE") {
    liar.act = [&] { liar.update(liar.beat(revision + ++count, 0)); };
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      if (!std::holds_alternative<wire::Since>(request)) return std::nullopt;
      return wire::encode(wire::SinceReply{liar.world.broker.epoch(), true, false, {}});
    };
  }
  SECTION("a snapshot of small parts that never ends") {
    liar.update(liar.beat(revision, 99));
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      const auto* asked = std::get_if<wire::SnapshotRequest>(&request);
      if (asked == nullptr) return std::nullopt;
      bytes = std::string(asked->after.substr(0, 900)) + "x";
      return wire::encode(
          wire::SnapshotReply{liar.world.broker.epoch(), 1, 0, true, {{bytes, "\x01", 1}}});
    };
  }
  SECTION("a snapshot whose names do not ascend") {
    liar.update(liar.beat(revision, 99));
    liar.lie = [&](const wire::Request& request) -> std::optional<std::string> {
      if (!std::holds_alternative<wire::SnapshotRequest>(request)) return std::nullopt;
      return wire::encode(
          wire::SnapshotReply{liar.world.broker.epoch(), 1, 0, true, {{"x", "\x01", 1}}});
    };
  }
  for (int second = 0; second != 3; ++second) {
    const std::size_t asked = liar.requests_in_a_second();
    CHECK(asked <= 100);
    total += asked;
  }
  CHECK(total > 2);
  CHECK(liar.spins == 0);
}

TEST_CASE("many namespaces are opened and repaired after an outage without a pause") {
  CoreWorld world;
  world.broker.set("a", "1");
  world.begin_session();
  std::vector<std::shared_ptr<replica::NamespaceReplica>> replicas;
  for (int i = 0; i != 1000; ++i) replicas.push_back(world.core.open("n" + std::to_string(i)));
  const auto all_live = [&] {
    return std::all_of(replicas.begin(), replicas.end(),
                       [](const auto& each) { return each->live(); });
  };
  world.prove();
  world.settle();
  CHECK(all_live());
  world.now += 1000;
  world.core.updates_disconnected(world.now);
  world.broker.set("a", "2");
  REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode_done());
  world.prove();
  world.settle();
  CHECK(all_live());
}

TEST_CASE("the parts of a large namespace are fetched without a pause") {
  CoreWorld world;
  const std::string large(100'000, 'x');
  for (int i = 0; i != 100; ++i) world.broker.set("n" + std::to_string(i), large);
  world.broker.part_attributes = 1;
  CHECK(world.join()->table().size() == 100);
}
