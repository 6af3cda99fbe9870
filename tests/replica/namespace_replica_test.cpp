#include "replica/namespace_replica.hpp"

#include "replica/replica_world.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::replica::NamespaceReplica;

TEST_CASE("a replica asks nothing before its subscription is proven live") {
  ReplicaWorld world;
  CHECK_FALSE(world.replica.next_request());
  CHECK_FALSE(world.replica.live());
  CHECK_FALSE(world.replica.complete());
  world.replica.subscribed();
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.asks()));
}

TEST_CASE("an empty namespace is complete after one request") {
  ReplicaWorld world;
  world.replica.subscribed();
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
  CHECK(world.replica.revision() == 0);
  world.require_equal();
}

TEST_CASE("only one request is under way, and it is given again when it stays unanswered") {
  ReplicaWorld world;
  world.replica.subscribed();
  const auto first = world.replica.next_request();
  REQUIRE(first);
  CHECK_FALSE(world.replica.next_request());
  world.replica.unanswered();
  CHECK(world.replica.next_request() == first);
}

TEST_CASE("updates are applied in order, each as one batch") {
  ReplicaWorld world;
  world.join();
  world.deliver(world.broker.commit({{"a", text("1")}, {"b", text("2")}}));
  world.deliver(world.broker.commit({{"a", std::nullopt}, {"c", text("3")}}));
  world.require_equal();
  REQUIRE(world.told.batches.size() == 2);
  CHECK(world.told.batches[0].names == std::vector<std::string>{"a", "b"});
  CHECK(world.told.batches[1].names == std::vector<std::string>{"-a", "c"});
  CHECK_FALSE(world.told.batches[1].resynced);
}

TEST_CASE("progress is told once for an update of several commits") {
  ReplicaWorld world;
  world.join();
  const std::uint64_t from = world.broker.revision();
  for (int i = 0; i != 5; ++i) world.broker.set("n", std::to_string(i));
  const std::uint64_t before = world.told.progress;
  world.deliver(world.broker.run_after(from));
  CHECK(world.told.progress == before + 1);
  CHECK(world.told.batches.size() == 5);
  world.require_equal();
}

TEST_CASE("batches that nobody wants are not made") {
  ReplicaWorld world;
  world.told.wanted = false;
  world.join();
  world.deliver(world.broker.set("a", "1"));
  CHECK(world.told.batches.empty());
  CHECK(contents_of(world.replica) == world.broker.contents());
}

TEST_CASE("a commit that clears removes what it does not name") {
  ReplicaWorld world;
  for (const char* name : {"a", "b", "c"}) world.broker.set(name, "old");
  world.join();
  world.deliver(world.broker.commit({{"b", text("new")}, {"d", text("new")}}, true));
  world.require_equal();
  CHECK(world.told.batches.back().names.size() == 4);
}

TEST_CASE("commits that are here already are passed over") {
  ReplicaWorld world;
  world.join();
  const std::string first = world.broker.set("a", "1");
  const std::string second = world.broker.set("a", "2");
  world.deliver(first);
  world.deliver(second);
  world.deliver(first);
  world.deliver(second);
  world.deliver(world.broker.run_after(0));
  CHECK(world.told.batches.size() == 2);
  world.require_equal();
}

TEST_CASE("an update whose first part is known brings the rest") {
  ReplicaWorld world;
  world.join();
  world.deliver(world.broker.set("a", "1"));
  world.broker.set("a", "2");
  world.deliver(world.broker.run_after(0));
  world.require_equal();
  CHECK(world.told.batches.size() == 2);
}

TEST_CASE("a hole is filled by SINCE, and what came after it follows") {
  ReplicaWorld world;
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
  CHECK(world.told.batches.size() == 4);
}

TEST_CASE("updates that arrive out of order are put in order") {
  ReplicaWorld world;
  world.join();
  const std::string first = world.broker.set("a", "1");
  const std::string second = world.broker.set("b", "2");
  world.deliver(second);
  world.deliver(first);
  CHECK(world.replica.live());
  world.require_equal();
}

TEST_CASE("a lost tail is found by the next beat") {
  ReplicaWorld world;
  world.join();
  world.broker.set("a", "lost");
  CHECK_FALSE(world.replica.next_request());
  world.deliver(world.broker.beat());
  CHECK_FALSE(world.replica.live());
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
  world.require_equal();
}

TEST_CASE("a replica ahead of the stream is checked against the digest that it had") {
  ReplicaWorld world;
  world.broker.set("a", "1");
  world.join();
  const std::string beat_before = world.broker.beat();
  const std::string update = world.broker.set("b", "2");
  const std::string beat_between = world.broker.beat();
  const std::string last = world.broker.set("c", "3");
  world.answer(update);
  world.answer(last);
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
  ReplicaWorld world;
  world.join();
  world.broker.set("a", "1");
  world.answer(world.broker.set("b", "2"));
  CHECK(world.settle() == 1);
  world.require_equal();
}

TEST_CASE("a required revision is asked for once, unless it is here") {
  ReplicaWorld world;
  world.join();
  const std::string update = world.broker.set("a", "1");
  world.replica.require(world.broker.epoch(), world.broker.revision());
  CHECK(std::holds_alternative<wire::Since>(world.asks()));
  CHECK_FALSE(world.replica.next_request());
  world.deliver(update);
  world.replica.reply(world.broker.answer(world.asked));
  world.replica.require(world.broker.epoch(), world.broker.revision());
  CHECK_FALSE(world.replica.next_request());
  world.require_equal();
}

TEST_CASE("a required revision is fetched even while the subscription is down") {
  ReplicaWorld world;
  world.join();
  world.replica.unsubscribed();
  world.broker.set("a", "1");
  CHECK_FALSE(world.replica.next_request());
  world.replica.require(world.broker.epoch(), world.broker.revision());
  CHECK(world.settle() == 1);
  world.require_equal();
  CHECK_FALSE(world.replica.live());
  world.replica.subscribed();
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
}

TEST_CASE("a revision that the broker does not have is not asked for for ever") {
  ReplicaWorld world;
  world.broker.set("a", "1");
  world.join();
  world.replica.require(world.broker.epoch(), world.broker.revision() + 1'000'000);
  CHECK(world.settle() == 1);
  CHECK(world.replica.live());
}

TEST_CASE("an update that follows what never was does not hold the replica up") {
  ReplicaWorld world;
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
  ReplicaWorld world;
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
  ReplicaWorld world;
  world.join();
  world.replica.unsubscribed();
  world.replica.require(world.broker.epoch(), world.broker.revision() + 1);
  REQUIRE(std::holds_alternative<wire::Since>(world.asks()));
  const std::string early = world.broker.answer(world.asked);
  world.broker.set("a", "missed by everyone");
  world.replica.subscribed();
  world.replica.reply(early);
  CHECK_FALSE(world.replica.live());
  world.settle();
  world.require_equal();
}

TEST_CASE("a refusal is kept until somebody asks again, and stops the asking") {
  ReplicaWorld world;
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
  ReplicaWorld world;
  world.replica.subscribed();
  REQUIRE(world.replica.next_request());
  const auto refused = wire::encode(wire::Refusal{wire::Status::overloaded, "later", ""});
  CHECK(world.replica.reply(refused) == NamespaceReplica::Reception::postponed);
  CHECK_FALSE(world.replica.refusal());
  CHECK(world.replica.next_request());
}

TEST_CASE("a reply that cannot be decoded is no answer") {
  ReplicaWorld world;
  for (const char* name : {"a", "b", "c", "d"}) world.broker.set(name, "1");
  world.replica.subscribed();
  const auto request = world.replica.next_request();
  CHECK_THROWS_AS(world.replica.reply("nonsense"), wire::DecodeError);
  CHECK(world.replica.next_request() == request);
}

TEST_CASE("a reply that nobody asked for is passed over") {
  ReplicaWorld world;
  world.join();
  world.replica.reply("nonsense");
  world.deliver(world.broker.set("a", "1"));
  world.require_equal();
}

TEST_CASE("a part of a SINCE that the stream has overtaken is an answer") {
  ReplicaWorld world;
  world.join();
  const std::uint64_t before = world.broker.revision();
  for (int i = 0; i < 6; ++i) world.broker.set("a", std::to_string(i));
  world.replica.require(world.broker.epoch(), world.broker.revision());
  const auto request = world.replica.next_request();
  REQUIRE(request);
  const std::string part = world.broker.answer(*request);
  world.deliver(world.broker.run_after(before));
  CHECK_NOTHROW(world.replica.reply(part));
  world.settle();
  world.require_equal();
}

TEST_CASE("a required revision of another epoch is fetched although the copy is at a higher one") {
  ReplicaWorld world;
  for (int i = 0; i != 5; ++i) world.broker.set("old", std::to_string(i));
  world.join();
  const std::uint64_t before = world.replica.revision();
  world.broker.begin_epoch_after(1);
  world.broker.set("new", "1");
  world.broker.set("new", "2");
  REQUIRE(world.broker.revision() < before);
  CHECK_FALSE(world.replica.has(world.broker.epoch(), world.broker.revision()));
  SECTION("by who wrote or asked") {
    world.replica.require(world.broker.epoch(), world.broker.revision());
  }
  SECTION("by a tail that follows a revision of the old epoch") {
    std::string bytes;
    world.replica.answered(world.broker.epoch(), {before, before + 1, 9, 0, bytes});
  }
  CHECK(world.settle() > 0);
  CHECK(world.replica.live());
  CHECK(world.replica.has(world.broker.epoch(), world.broker.revision()));
  CHECK_FALSE(world.replica.has(epoch_number(1), before));
  world.require_equal();
}

TEST_CASE("what is required while the other epoch is being copied is waited for") {
  ReplicaWorld world;
  world.broker.set("old", "1");
  world.join();
  world.broker.begin_epoch_after(0);
  world.broker.set("a", "1");
  world.replica.require(world.broker.epoch(), world.broker.revision());
  world.asks();
  const std::string part = world.broker.answer(world.asked);
  const std::string update = world.broker.set("b", "2");
  world.replica.require(world.broker.epoch(), world.broker.revision());
  world.replica.reply(part);
  CHECK_FALSE(world.replica.has(world.broker.epoch(), world.broker.revision()));
  world.settle();
  world.require_equal();
}
