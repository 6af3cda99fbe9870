// A replica that takes snapshots: the first, and those that repair it.

#include "replica/replica_world.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::replica::NamespaceReplica;

TEST_CASE("a snapshot in parts becomes the broker's contents") {
  ReplicaWorld world;
  for (int i = 0; i != 10; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.join();
  world.require_equal();
  CHECK(world.told.batches.empty());
}

TEST_CASE("when the log is too short a snapshot is applied as one difference with removals") {
  ReplicaWorld world;
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
  REQUIRE(world.told.batches.size() == 1);
  CHECK(world.told.batches[0].resynced);
  CHECK(world.told.batches[0].skipped == 1);
  CHECK(world.told.batches[0].names.size() == 3);
}

TEST_CASE("a differing digest is repaired by a snapshot that compares bytes") {
  ReplicaWorld world;
  world.broker.set("a", "right");
  world.broker.set("b", "right");
  world.join();
  const auto held = contents_of(world.replica);
  world.replica.table().set("a", wire::name_hash("a"), text("wrong"), held.at("a").revision);
  world.replica.table().set("stray", wire::name_hash("stray"), text("wrong"), 5);
  world.deliver(world.broker.beat());
  CHECK(world.settle() >= 1);
  world.require_equal();
  REQUIRE(world.told.batches.size() == 1);
  CHECK(world.told.batches[0].names == std::vector<std::string>{"a", "-stray"});
}

TEST_CASE("a digest that no snapshot mends is not mended for ever") {
  ReplicaWorld world;
  world.broker.set("a", "1");
  world.join();
  const wire::Beat wrong{world.broker.epoch(), world.broker.revision(), 1, 12345};
  world.deliver(wire::encode(wrong));
  CHECK(world.settle() == 1);
  world.deliver(wire::encode(wrong));
  CHECK(world.settle() == 0);
  CHECK(world.replica.live());
}

TEST_CASE("another epoch is taken over as a difference") {
  ReplicaWorld world;
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
  REQUIRE(world.told.batches.size() == 1);
  CHECK(world.told.batches[0].resynced);
}

TEST_CASE("an epoch that changes between the parts begins the snapshot again") {
  ReplicaWorld world;
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
  ReplicaWorld world;
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
  ReplicaWorld world;
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
  ReplicaWorld world;
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
  ReplicaWorld world;
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
  ReplicaWorld world;
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

TEST_CASE("a snapshot that goes round in circles is no answer") {
  ReplicaWorld world;
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

TEST_CASE("while a repair is under way the stream goes on and nothing goes back") {
  ReplicaWorld world;
  for (int i = 0; i != 9; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.join();
  world.replica.table().set("n4", wire::name_hash("n4"), text("wrong"), 5);
  world.deliver(world.broker.beat());
  REQUIRE(world.exchange());
  world.deliver(world.broker.set("n1", "new"));
  CHECK(world.replica.revision() == world.broker.revision());
  CHECK(world.told.batches.size() == 1);
  world.settle();
  CHECK(world.replica.live());
  world.require_equal();
}
