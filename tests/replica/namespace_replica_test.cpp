#include "replica/namespace_replica.hpp"

#include "replica/namespace_model.hpp"
#include "replica/row_recorder.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::replica::NamespaceReplica;

namespace {

/// A replica and its broker.
struct World {
  NamespaceModel broker{"plant"};
  RowRecorder told;
  NamespaceReplica replica{"plant", told};

  void deliver(const std::string& body) { replica.update(wire::decode_update(body)); }
  /// One request and its reply; false: it wants none.
  bool exchange() {
    const auto request = replica.next_request();
    if (request) replica.reply(broker.answer(*request));
    return request.has_value();
  }
  /// Returns how many requests it took.
  int settle() {
    int requests = 0;
    while (exchange()) REQUIRE(++requests < 1000);
    return requests;
  }
  void join() {
    replica.subscribed();
    settle();
    REQUIRE(replica.live());
    told.contents = contents_of(replica);
  }
  void require_equal() {
    REQUIRE(replica.complete());
    REQUIRE(replica.revision() == broker.revision());
    REQUIRE(replica.epoch() == broker.epoch());
    REQUIRE(replica.count() == broker.count());
    REQUIRE(replica.digest() == digest_of(broker.contents()));
    REQUIRE(contents_of(replica) == broker.contents());
    REQUIRE(told.contents == broker.contents());
    REQUIRE(told.visible);
  }
  /// What the next request is; it is not answered.
  wire::Request asks() {
    asked = replica.next_request().value_or("");
    REQUIRE_FALSE(asked.empty());
    return wire::decode_request(asked);
  }
  std::string asked;
};

}  // namespace

TEST_CASE("a replica asks nothing before its subscription is proven live") {
  World world;
  CHECK_FALSE(world.replica.next_request());
  CHECK_FALSE(world.replica.live());
  CHECK_FALSE(world.replica.complete());
  world.replica.subscribed();
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.asks()));
}

TEST_CASE("an empty namespace is complete after one request") {
  World world;
  world.replica.subscribed();
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
  CHECK(world.replica.revision() == 0);
  world.require_equal();
}

TEST_CASE("a snapshot in parts becomes the broker's contents") {
  World world;
  for (int i = 0; i != 10; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.join();
  world.require_equal();
  CHECK(world.told.rows.empty());
}

TEST_CASE("only one request is under way, and it is given again when it stays unanswered") {
  World world;
  world.replica.subscribed();
  const auto first = world.replica.next_request();
  REQUIRE(first);
  CHECK_FALSE(world.replica.next_request());
  world.replica.unanswered();
  CHECK(world.replica.next_request() == first);
}

TEST_CASE("updates are applied in order, each as one row") {
  World world;
  world.join();
  world.deliver(world.broker.commit({{"a", text("1")}, {"b", text("2")}}));
  world.deliver(world.broker.commit({{"a", std::nullopt}, {"c", text("3")}}));
  world.require_equal();
  REQUIRE(world.told.rows.size() == 2);
  CHECK(world.told.rows[0].names == std::vector<std::string>{"a", "b"});
  CHECK(world.told.rows[1].names == std::vector<std::string>{"-a", "c"});
  CHECK_FALSE(world.told.rows[1].resynced);
}

TEST_CASE("progress is told once for an update of several commits") {
  World world;
  world.join();
  const std::uint64_t from = world.broker.revision();
  for (int i = 0; i != 5; ++i) world.broker.set("n", std::to_string(i));
  const std::uint64_t before = world.told.progress;
  world.deliver(world.broker.run_after(from));
  CHECK(world.told.progress == before + 1);
  CHECK(world.told.rows.size() == 5);
  world.require_equal();
}

TEST_CASE("rows that nobody wants are not made") {
  World world;
  world.told.wanted = false;
  world.join();
  world.deliver(world.broker.set("a", "1"));
  CHECK(world.told.rows.empty());
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("a commit that clears removes what it does not name") {
  World world;
  for (const char* name : {"a", "b", "c"}) world.broker.set(name, "old");
  world.join();
  world.deliver(world.broker.commit({{"b", text("new")}, {"d", text("new")}}, true));
  world.require_equal();
  CHECK(world.told.rows.back().names.size() == 4);
}

TEST_CASE("commits that are here already are passed over") {
  World world;
  world.join();
  const std::string first = world.broker.set("a", "1");
  const std::string second = world.broker.set("a", "2");
  world.deliver(first);
  world.deliver(second);
  world.deliver(first);
  world.deliver(second);
  world.deliver(world.broker.run_after(0));
  CHECK(world.told.rows.size() == 2);
  world.require_equal();
}

TEST_CASE("an update whose first part is known brings the rest") {
  World world;
  world.join();
  world.deliver(world.broker.set("a", "1"));
  world.broker.set("a", "2");
  world.deliver(world.broker.run_after(0));
  world.require_equal();
  CHECK(world.told.rows.size() == 2);
}

TEST_CASE("a hole is filled by SINCE, and what came after it follows") {
  World world;
  world.join();
  world.deliver(world.broker.set("a", "1"));
  world.broker.set("b", "lost");
  const std::string after = world.broker.set("c", "3");
  world.deliver(after);
  CHECK_FALSE(world.replica.live());
  CHECK_FALSE(world.replica.table().contains("c"));
  REQUIRE(std::holds_alternative<wire::Since>(world.asks()));
  world.deliver(world.broker.set("d", "4"));
  world.replica.reply(world.broker.answer(world.asked));
  CHECK_FALSE(world.exchange());
  CHECK(world.replica.live());
  world.require_equal();
  CHECK(world.told.rows.size() == 4);
}

TEST_CASE("updates that arrive out of order are put in order") {
  World world;
  world.join();
  const std::string first = world.broker.set("a", "1");
  const std::string second = world.broker.set("b", "2");
  world.deliver(second);
  world.deliver(first);
  CHECK(world.replica.live());
  world.require_equal();
}

TEST_CASE("a lost tail is found by the next beat") {
  World world;
  world.join();
  world.broker.set("a", "lost");
  CHECK_FALSE(world.replica.next_request());
  world.deliver(world.broker.beat());
  CHECK_FALSE(world.replica.live());
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
  world.require_equal();
}

TEST_CASE("when the log is too short a snapshot is applied as one difference with removals") {
  World world;
  world.broker.log_commits = 2;
  for (const char* name : {"a", "b", "c", "d"}) world.broker.set(name, "old");
  world.join();
  world.broker.set("b", "new");
  world.broker.erase("c");
  world.broker.set("e", "1");
  world.broker.set("e", "2");
  world.deliver(world.broker.beat());
  world.settle();
  world.require_equal();
  REQUIRE(world.told.rows.size() == 1);
  CHECK(world.told.rows[0].resynced);
  CHECK(world.told.rows[0].skipped == 1);
  CHECK(world.told.rows[0].names.size() == 3);
}

TEST_CASE("a differing digest is repaired by a snapshot that compares bytes") {
  World world;
  world.broker.set("a", "right");
  world.broker.set("b", "right");
  world.join();
  const auto held = contents_of(world.replica);
  world.replica.table().set("a", wire::name_hash("a"), text("wrong"), held.at("a").revision);
  world.replica.table().set("stray", wire::name_hash("stray"), text("wrong"), 5);
  world.deliver(world.broker.beat());
  CHECK(world.settle() >= 1);
  world.require_equal();
  REQUIRE(world.told.rows.size() == 1);
  CHECK(world.told.rows[0].names == std::vector<std::string>{"a", "-stray"});
}

TEST_CASE("a digest that no snapshot mends is not mended for ever") {
  World world;
  world.broker.set("a", "1");
  world.join();
  const wire::Beat wrong{world.broker.epoch(), world.broker.revision(), 1, 12345};
  world.deliver(wire::encode(wrong));
  CHECK(world.settle() == 1);
  world.deliver(wire::encode(wrong));
  CHECK(world.settle() == 0);
  CHECK(world.replica.live());
}

TEST_CASE("a replica ahead of the stream is checked against the digest that it had") {
  World world;
  world.broker.set("a", "1");
  world.join();
  const std::string beat_before = world.broker.beat();
  const std::string update = world.broker.set("b", "2");
  const std::string beat_between = world.broker.beat();
  const std::string last = world.broker.set("c", "3");
  const wire::Update tail = wire::decode_update(update);
  world.replica.answered(world.broker.epoch(), std::get<wire::CommitsUpdate>(tail).run);
  const wire::Update tail2 = wire::decode_update(last);
  world.replica.answered(world.broker.epoch(), std::get<wire::CommitsUpdate>(tail2).run);
  world.require_equal();

  SECTION("equal ones pass") {
    world.deliver(beat_before);
    world.deliver(update);
    world.deliver(beat_between);
    world.deliver(last);
    CHECK(world.settle() == 0);
    CHECK(world.replica.live());
  }
  SECTION("a different one is repaired") {
    wire::Beat beat = std::get<wire::Beat>(wire::decode_update(beat_between));
    beat.digest ^= 1;
    world.deliver(wire::encode(beat));
    CHECK(world.settle() >= 1);
    world.require_equal();
  }
  SECTION("one from before that time passes unchecked") {
    world.deliver(last);
    wire::Beat beat = std::get<wire::Beat>(wire::decode_update(beat_before));
    beat.digest ^= 1;
    world.deliver(wire::encode(beat));
    CHECK(world.settle() == 0);
  }
}

TEST_CASE("commits from an answer that leave a hole are asked for") {
  World world;
  world.join();
  world.broker.set("a", "1");
  const wire::Update update = wire::decode_update(world.broker.set("b", "2"));
  world.replica.answered(world.broker.epoch(), std::get<wire::CommitsUpdate>(update).run);
  CHECK(world.settle() == 1);
  world.require_equal();
}

TEST_CASE("a required revision is asked for once, unless it is here") {
  World world;
  world.join();
  const std::string update = world.broker.set("a", "1");
  world.replica.require(world.broker.revision());
  CHECK(std::holds_alternative<wire::Since>(world.asks()));
  CHECK_FALSE(world.replica.next_request());
  world.deliver(update);
  world.replica.reply(world.broker.answer(world.asked));
  world.replica.require(world.broker.revision());
  CHECK_FALSE(world.replica.next_request());
  world.require_equal();
}

TEST_CASE("a required revision is fetched even while the subscription is down") {
  World world;
  world.join();
  world.replica.unsubscribed();
  world.broker.set("a", "1");
  CHECK_FALSE(world.replica.next_request());
  world.replica.require(world.broker.revision());
  CHECK(world.settle() == 1);
  world.require_equal();
  CHECK_FALSE(world.replica.live());
  world.replica.subscribed();
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
}

TEST_CASE("a revision that the broker does not have is not asked for for ever") {
  World world;
  world.broker.set("a", "1");
  world.join();
  world.replica.require(world.broker.revision() + 1'000'000);
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
}

TEST_CASE("an update that follows what never was does not hold the replica up") {
  World world;
  world.broker.set("a", "1");
  world.join();
  std::string bytes;
  wire::append_commit_header(bytes, {9'000'001, false, 0});
  world.deliver(
      wire::encode(wire::CommitsUpdate{world.broker.epoch(), {9'000'000, 9'000'001, 1, 1, bytes}}));
  CHECK(world.settle() <= 2);
  CHECK(world.replica.live());
  world.deliver(world.broker.set("a", "2"));
  world.require_equal();
}

TEST_CASE("after a lost connection a replica catches up by SINCE alone") {
  World world;
  for (int i = 0; i != 20; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.join();
  world.replica.unsubscribed();
  CHECK_FALSE(world.replica.live());
  CHECK_FALSE(world.replica.next_request());
  world.broker.set("n3", "new");
  world.replica.subscribed();
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
  world.require_equal();
}

TEST_CASE("a SINCE that was asked before the subscription was proven proves nothing") {
  World world;
  world.join();
  world.replica.unsubscribed();
  world.replica.require(world.broker.revision() + 1);
  REQUIRE(std::holds_alternative<wire::Since>(world.asks()));
  const std::string early = world.broker.answer(world.asked);
  world.broker.set("a", "missed by everyone");
  world.replica.subscribed();
  world.replica.reply(early);
  CHECK_FALSE(world.replica.live());
  world.settle();
  world.require_equal();
}

TEST_CASE("another epoch is taken over as a difference") {
  World world;
  world.broker.set("a", "1");
  world.broker.set("b", "1");
  world.join();
  world.broker.begin_epoch();
  const std::string update = world.broker.commit({{"b", text("1")}, {"c", text("2")}});
  SECTION("told by an update") { world.deliver(update); }
  SECTION("told by a beat") { world.deliver(world.broker.beat()); }
  SECTION("told by the answer to SINCE") {
    world.replica.unsubscribed();
    world.replica.subscribed();
  }
  world.settle();
  world.require_equal();
  REQUIRE(world.told.rows.size() == 1);
  CHECK(world.told.rows[0].resynced);
}

TEST_CASE("an epoch that changes between the parts begins the snapshot again") {
  World world;
  for (int i = 0; i != 10; ++i) world.broker.set("n" + std::to_string(i), "old");
  world.replica.subscribed();
  REQUIRE(world.exchange());
  world.broker.begin_epoch();
  for (int i = 5; i != 15; ++i) world.broker.set("n" + std::to_string(i), "new");
  world.settle();
  CHECK(contents_of(world.replica) == world.broker.contents());
  CHECK(world.replica.epoch() == world.broker.epoch());
}

TEST_CASE("changes between the parts of a snapshot are all in it") {
  World world;
  for (int i = 0; i != 9; ++i) world.broker.set("n" + std::to_string(i), "old");
  world.replica.subscribed();
  REQUIRE(world.exchange());
  std::vector<std::string> updates;
  updates.push_back(world.broker.set("n1", "changed behind the parts"));
  updates.push_back(world.broker.erase("n2"));
  updates.push_back(world.broker.erase("n7"));
  updates.push_back(world.broker.set("n8", "changed before its part"));
  const bool by_stream = GENERATE(true, false);
  if (by_stream) {
    for (const std::string& update : updates) world.deliver(update);
  }
  world.settle();
  CHECK(world.replica.live());
  CHECK(contents_of(world.replica) == world.broker.contents());
  CHECK(world.replica.revision() == world.broker.revision());
  CHECK(world.replica.count() == world.broker.count());
}

TEST_CASE("an update that overtakes the first part is not lost") {
  World world;
  world.broker.set("a", "1");
  world.broker.set("b", "1");
  world.replica.subscribed();
  REQUIRE(std::holds_alternative<wire::SnapshotRequest>(world.asks()));
  const std::string part = world.broker.answer(world.asked);
  world.deliver(world.broker.erase("a"));
  world.replica.reply(part);
  CHECK(world.replica.live());
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("an erased attribute does not come back with an older part") {
  World world;
  for (const char* name : {"a", "b", "c", "d"}) world.broker.set(name, "1");
  world.replica.subscribed();
  REQUIRE(world.exchange());
  REQUIRE(std::holds_alternative<wire::SnapshotRequest>(world.asks()));
  const std::string part = world.broker.answer(world.asked);
  SECTION("by its name") { world.deliver(world.broker.erase("d")); }
  SECTION("with all others") { world.deliver(world.broker.clear()); }
  world.replica.reply(part);
  world.settle();
  CHECK(world.replica.live());
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("a connection lost in the middle of a snapshot does not begin it again") {
  World world;
  for (int i = 0; i != 12; ++i) world.broker.set("n" + std::to_string(i + 10), "v");
  world.replica.subscribed();
  REQUIRE(world.exchange());
  REQUIRE(world.exchange());
  world.replica.unsubscribed();
  world.broker.set("n11", "missed");
  CHECK_FALSE(world.replica.next_request());
  world.replica.subscribed();
  CHECK(std::get<wire::SnapshotRequest>(world.asks()).after == "n15");
  world.replica.unanswered();
  world.settle();
  CHECK(world.replica.live());
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("a first snapshot is not complete without a live subscription") {
  World world;
  world.broker.set("a", "1");
  world.replica.subscribed();
  REQUIRE(std::holds_alternative<wire::SnapshotRequest>(world.asks()));
  world.replica.unsubscribed();
  world.replica.reply(world.broker.answer(world.asked));
  CHECK_FALSE(world.replica.complete());
  world.replica.subscribed();
  world.settle();
  CHECK(world.replica.live());
}

TEST_CASE("a refusal is kept until somebody asks again, and stops the asking") {
  World world;
  world.replica.subscribed();
  REQUIRE(world.replica.next_request());
  const auto refused = wire::encode(wire::Refusal{wire::Status::denied, "not yours", "plant"});
  CHECK(world.replica.reply(refused) == NamespaceReplica::Reception::taken);
  REQUIRE(world.replica.refusal());
  CHECK(world.replica.refusal()->status == wire::Status::denied);
  CHECK_FALSE(world.replica.next_request());
  CHECK(world.told.progress > 0);
  SECTION("by the next connection") {
    world.replica.unsubscribed();
    world.replica.subscribed();
  }
  SECTION("by name") { world.replica.ask_again(); }
  CHECK_FALSE(world.replica.refusal());
  world.settle();
  CHECK(world.replica.complete());
}

TEST_CASE("an overloaded broker is asked again") {
  World world;
  world.replica.subscribed();
  REQUIRE(world.replica.next_request());
  const auto refused = wire::encode(wire::Refusal{wire::Status::overloaded, "later", ""});
  CHECK(world.replica.reply(refused) == NamespaceReplica::Reception::postponed);
  CHECK_FALSE(world.replica.refusal());
  CHECK(world.replica.next_request());
}

TEST_CASE("a reply that cannot be decoded is no answer") {
  World world;
  for (const char* name : {"a", "b", "c", "d"}) world.broker.set(name, "1");
  world.replica.subscribed();
  const auto request = world.replica.next_request();
  CHECK_THROWS_AS(world.replica.reply("nonsense"), wire::DecodeError);
  CHECK(world.replica.next_request() == request);
}

TEST_CASE("a snapshot that goes round in circles is no answer") {
  World world;
  for (const char* name : {"a", "b", "c", "d"}) world.broker.set(name, "1");
  world.replica.subscribed();
  const auto request = world.replica.next_request();
  REQUIRE(request);
  const std::string part = world.broker.answer(*request);
  world.replica.reply(part);
  REQUIRE(world.replica.next_request());
  CHECK_THROWS_AS(world.replica.reply(part), wire::DecodeError);
  world.settle();
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("a reply that nobody asked for is passed over") {
  World world;
  world.join();
  world.replica.reply("nonsense");
  world.deliver(world.broker.set("a", "1"));
  world.require_equal();
}

TEST_CASE("while a repair is under way the stream goes on and nothing goes back") {
  World world;
  for (int i = 0; i != 9; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.join();
  world.replica.table().set("n4", wire::name_hash("n4"), text("wrong"), 5);
  world.deliver(world.broker.beat());
  REQUIRE(world.exchange());
  world.deliver(world.broker.set("n1", "new"));
  CHECK(world.replica.revision() == world.broker.revision());
  CHECK(world.told.rows.size() == 1);
  world.settle();
  CHECK(world.replica.live());
  world.require_equal();
}
