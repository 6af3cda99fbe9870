#include "replica/client_core.hpp"

#include <algorithm>

#include "replica/core_world.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::wire::RequestKind;

TEST_CASE("a client begins with HELLO and asks nothing else before the welcome") {
  CoreWorld world;
  world.core.open("plant");
  world.core.call(world.status_request());
  CHECK(std::get<wire::Hello>(world.ask()).client_name == "tester");
  CHECK_FALSE(world.core.updates_endpoint());
  CHECK_FALSE(world.core.next_request(0));
  world.reply(world.welcome(1));
  CHECK(world.events == Events{"session 1"});
  REQUIRE(world.core.updates_endpoint());
  CHECK(world.core.updates_endpoint()->port == 5571);
  CHECK(std::holds_alternative<wire::StatusRequest>(world.ask()));
}

TEST_CASE("a namespace is subscribed, then proven, then fetched") {
  CoreWorld world;
  world.begin_session();
  const auto replica = world.core.open("plant");
  CHECK_FALSE(world.core.next_request(world.now));
  world.core.updates_connected(world.now);
  const auto changes = world.core.take_subscriptions();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].topic == wire::topic_of("plant"));
  CHECK(wire::is_nonce(changes[1].topic));
  CHECK_FALSE(world.core.next_request(world.now));
  CHECK_FALSE(world.core.update(changes[1].topic, world.broker.beat(), world.now));
  CHECK(std::get<wire::SnapshotRequest>(world.ask()).space == "plant");
  world.answer();
  CHECK(replica->complete());
  CHECK(replica->live());
  CHECK(world.core.find("plant") == replica.get());
  CHECK(world.core.open("plant") == replica);
  CHECK_FALSE(world.core.find("other"));
  const auto taken_back = world.core.take_subscriptions();
  REQUIRE(taken_back.size() == 1);
  CHECK_FALSE(taken_back[0].subscribe);
}

TEST_CASE("where is only written is neither subscribed to nor fetched, until it is opened") {
  CoreWorld world;
  world.begin_session();
  world.core.updates_connected(world.now);
  const auto written = world.core.destination("plant");
  CHECK(world.core.destination("plant") == written);
  CHECK(world.core.take_subscriptions().empty());
  CHECK(world.core.all_topics().empty());
  CHECK_FALSE(world.core.next_request(world.now));
  world.core.write_answered(world.broker.epoch(), {"plant", {}});
  CHECK_FALSE(world.core.find("plant"));
  CHECK_FALSE(written->complete());

  const auto opened = world.join();
  CHECK(opened == written);
  CHECK(opened->complete());
  CHECK(world.core.destination("plant") == opened);
  CHECK(world.core.find("plant") == opened.get());
}

TEST_CASE("a namespace that is forgotten leaves nothing behind and can be opened anew") {
  CoreWorld world;
  const std::uint64_t first = world.join()->id();
  world.core.take_subscriptions();
  CHECK(world.core.forget("plant"));
  CHECK_FALSE(world.core.find("plant"));
  CHECK(world.core.all_topics().empty());
  const auto changes = world.core.take_subscriptions();
  REQUIRE(changes.size() == 1);
  CHECK_FALSE(changes[0].subscribe);
  CHECK(changes[0].topic == wire::topic_of("plant"));
  CHECK_FALSE(world.core.update(wire::topic_of("plant"), world.broker.set("a", "1"), world.now));
  CHECK(world.core.forget("plant"));
  CHECK(world.core.forget("never"));

  const auto again = world.join();
  CHECK(again->id() != first);
  CHECK(again->table().contains("a"));
}

TEST_CASE("a namespace is not forgotten while an answer about it is on its way") {
  CoreWorld world;
  world.begin_session();
  const auto replica = world.core.open("plant");
  world.prove();
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
  CHECK_FALSE(world.core.forget("plant"));
  world.answer();
  CHECK(replica->live());
  CHECK(world.core.forget("plant"));
  CHECK_FALSE(world.core.next_request(world.now));
}

TEST_CASE("one that is only written to again is not followed any more") {
  CoreWorld world;
  world.join();
  CHECK(world.core.forget("plant"));
  const auto written = world.core.destination("plant");
  CHECK_FALSE(world.core.update(wire::topic_of("plant"), world.broker.set("a", "1"), world.now));
  CHECK_FALSE(written->complete());
  CHECK(written->table().size() == 0);
  CHECK(world.core.forget("plant"));
}

TEST_CASE("updates reach their namespace, and only theirs") {
  CoreWorld world;
  const auto replica = world.join();
  CHECK(world.core.update(wire::topic_of("plant"), world.broker.set("a", "1"), world.now));
  CHECK(replica->table().contains("a"));
  CHECK_FALSE(
      world.core.update(wire::topic_of("elsewhere"), world.broker.set("b", "1"), world.now));
  CHECK_FALSE(world.core.update("plant", world.broker.set("c", "1"), world.now));
  CHECK(replica->table().size() == 1);
}

TEST_CASE("updates that cannot be decoded are counted, and found as a hole") {
  CoreWorld world;
  const auto replica = world.join();
  world.broker.set("a", "1");
  CHECK_FALSE(world.core.update(wire::topic_of("plant"), "nonsense", world.now));
  CHECK(world.core.undecodable() == 1);
  // There is something to ask for.
  CHECK_FALSE(world.core.update(wire::topic_of("plant"), world.broker.set("b", "1"), world.now));
  CHECK(std::holds_alternative<wire::Since>(world.ask()));
  world.answer();
  CHECK(replica->table().size() == 2);
  CHECK(replica->live());
}

TEST_CASE("commits from the answer of a write reach their namespace") {
  CoreWorld world;
  const auto replica = world.join();
  const std::string body = world.broker.set("a", "1");
  const wire::Update update = wire::decode_update(body);
  const wire::Tail tail{"plant", std::get<wire::CommitsUpdate>(update).run};
  world.core.write_answered(world.broker.epoch(), tail);
  CHECK(replica->table().contains("a"));
  world.core.write_answered(world.broker.epoch(), {"unknown", tail.run});
}

TEST_CASE("an unanswered request is asked again, each time later, byte for byte") {
  CoreWorld world;
  const auto first = world.core.next_request(0);
  REQUIRE(first);
  CHECK_FALSE(world.core.next_request(999));
  CHECK(world.core.next_event_ms() == 1000U);
  CHECK(world.core.next_request(1000) == first);
  CHECK_FALSE(world.core.next_request(2999));
  CHECK(world.core.next_request(3000) == first);
  world.core.commands_disconnected(3001);
  CHECK(world.core.next_request(3001) == first);
}

TEST_CASE("a part of a namespace that is lost is asked for again as soon as anything else") {
  CoreWorld world;
  world.begin_session();
  world.core.open("plant");
  world.prove();
  REQUIRE(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
  CHECK_FALSE(world.core.overdue(999));
  CHECK(world.core.overdue(1000));
  world.now = 1000;
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
  CHECK(world.core.next_event_ms() == 3000U);
}

TEST_CASE("what is arriving is not asked for again, and is when nothing comes any more") {
  CoreWorld world;
  world.begin_session();
  world.core.open("plant");
  world.prove();
  REQUIRE(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
  for (std::uint64_t now = 1000; now != 20'000; now += 1000) {
    REQUIRE(world.core.overdue(now));
    world.core.answer_is_arriving(now);
    CHECK_FALSE(world.core.next_request(now));
    CHECK(world.core.next_event_ms() == now + 1000);
  }
  world.now = 20'000;
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
  // A connection that is lost does not wait.
  world.core.answer_is_arriving(20'100);
  world.core.commands_disconnected(20'200);
  CHECK_FALSE(world.core.overdue(20'200));
  world.now = 20'200;
  CHECK(std::holds_alternative<wire::SnapshotRequest>(world.ask()));
}

TEST_CASE("bytes that cannot be decoded are no answer to any request") {
  CoreWorld world;
  const auto hello = world.core.next_request(0);
  world.core.reply("nonsense", 1);
  CHECK(world.core.undecodable() == 1);
  CHECK_FALSE(world.core.next_request(500));
  CHECK(world.core.next_request(1000) == hello);

  world.reply(world.welcome(1));
  world.core.open("plant");
  world.prove();
  const auto snapshot = world.core.next_request(world.now);
  REQUIRE(snapshot);
  world.core.reply("nonsense", world.now);
  CHECK_FALSE(world.core.next_request(world.now));
  CHECK(world.core.next_event_ms() <= world.now + 1000);
  world.now += 1000;
  CHECK(world.core.next_request(world.now) == snapshot);
}

TEST_CASE("a session is renewed at a third of its time") {
  CoreWorld world;
  world.begin_session();
  world.join("plant");
  for (int beat = 0; beat != 3; ++beat) {
    CHECK_FALSE(world.core.next_request(world.now));
    world.now += 1000;
    world.core.update(wire::topic_of("plant"), world.broker.beat(), world.now);
  }
  world.now = 3400;
  const auto request = world.ask();
  REQUIRE(std::holds_alternative<wire::Keepalive>(request));
  CHECK(std::get<wire::Keepalive>(request).session == world.session(1));
  CHECK(world.lived_ms == 0);
  world.now = 3450;
  world.reply(wire::encode_done());
  CHECK(world.lived_ms == 3400);
  CHECK_FALSE(world.core.next_request(world.now));
}

TEST_CASE("a silent broker is asked before it counts as not heard") {
  CoreWorld world;
  CHECK_FALSE(world.core.heard(0));
  world.begin_session();
  CHECK(world.core.heard(world.now));
  world.now = 2100;
  CHECK(std::holds_alternative<wire::Keepalive>(world.ask()));
  CHECK(world.core.heard(3000));
  CHECK_FALSE(world.core.heard(3100));
  world.reply(wire::encode_done());
  CHECK(world.core.heard(world.now + 3000));
}

TEST_CASE("a session that the broker does not know is begun anew") {
  CoreWorld world;
  world.begin_session();
  world.events.clear();
  const auto status = GENERATE(wire::Status::unknown_session, wire::Status::wrong_epoch);
  SECTION("found by KEEPALIVE") {
    world.now = 5000;
    REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
    world.reply(wire::encode(wire::Refusal{status, "", ""}));
  }
  SECTION("found by a write") { world.core.session_refused(world.session(1)); }
  CHECK_FALSE(world.core.welcome());
  CHECK(std::holds_alternative<wire::Hello>(world.ask()));
  world.reply(world.welcome(2));
  CHECK(world.events == Events{"lost", "session 2 follows"});
  CHECK(world.core.welcome()->session == world.session(2));
}

TEST_CASE("a write's late word about an older session does not end the present one") {
  CoreWorld world;
  world.begin_session();
  world.core.session_refused(world.session(9));
  CHECK(world.core.welcome());
}

TEST_CASE("an epoch that is not the session's has the session checked, once") {
  CoreWorld world;
  world.join();
  world.broker.begin_epoch();
  world.core.update(wire::topic_of("plant"), world.broker.beat(), world.now);
  CHECK(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode_done());
  world.settle();
  world.core.update(wire::topic_of("plant"), world.broker.beat(), world.now);
  CHECK_FALSE(world.core.next_request(world.now));
}

TEST_CASE("the broker's own namespaces have an epoch of their own") {
  CoreWorld world;
  world.join("$sys/broker");
  world.broker.begin_epoch();
  world.core.update(wire::topic_of("$sys/broker"), world.broker.beat(), world.now);
  CHECK_FALSE(std::holds_alternative<wire::Keepalive>(world.ask()));
}

TEST_CASE("a HELLO refused for good is told, and repeated at a slow pace") {
  CoreWorld world;
  REQUIRE(std::holds_alternative<wire::Hello>(world.ask()));
  world.reply(wire::encode(wire::Refusal{wire::Status::wrong_version, "too new", ""}));
  CHECK(world.events == Events{"refused too new"});
  CHECK_FALSE(world.core.next_request(world.now + 4999));
  CHECK(world.core.next_event_ms() == world.now + 5000);
  CHECK(world.core.next_request(world.now + 5000));
}

TEST_CASE("a HELLO refused for now is repeated soon, and nobody is told") {
  CoreWorld world;
  REQUIRE(std::holds_alternative<wire::Hello>(world.ask()));
  world.reply(wire::encode(wire::Refusal{wire::Status::overloaded, "", ""}));
  CHECK(world.events.empty());
  CHECK(world.core.next_request(world.now + 1000));
}

TEST_CASE("a call is answered with the reply's bytes") {
  CoreWorld world;
  world.begin_session();
  const auto first = world.core.call(world.status_request());
  const auto second = world.core.call(world.status_request());
  REQUIRE(world.core.next_request(world.now));
  world.reply("bytes");
  world.core.cancel(second);
  CHECK_FALSE(world.core.next_request(world.now));
  CHECK(world.events.back() == "call " + std::to_string(first) + ": bytes");

  const auto third = world.core.call(world.status_request());
  REQUIRE(world.core.next_request(world.now));
  world.core.cancel(third);
  world.reply("late");
  CHECK(world.events.back() == "call " + std::to_string(first) + ": bytes");
}

TEST_CASE("calls and large joins share the way") {
  CoreWorld world;
  for (int i = 0; i != 30; ++i) world.broker.set("n" + std::to_string(i), "v");
  world.begin_session();
  world.core.open("a");
  world.core.open("b");
  world.prove();
  for (int i = 0; i != 4; ++i) world.core.call(world.status_request());
  std::string order;
  for (int i = 0; i != 12; ++i) {
    const auto request = world.ask();
    if (const auto* part = std::get_if<wire::SnapshotRequest>(&request)) {
      order += part->space;
      world.answer();
    } else {
      order += '.';
      world.reply("done");
    }
  }
  CHECK(std::count(order.begin(), order.end(), '.') == 4);
  CHECK(order.find("..") == std::string::npos);
  CHECK(order.find("aa") == std::string::npos);
  CHECK(order.find("bb") == std::string::npos);
}

TEST_CASE("a refused namespace holds up no other, and is asked for again by name") {
  CoreWorld world;
  world.begin_session();
  const auto refused = world.core.open("a");
  const auto taken = world.core.open("b");
  world.prove();
  REQUIRE(std::get<wire::SnapshotRequest>(world.ask()).space == "a");
  world.reply(wire::encode(wire::Refusal{wire::Status::denied, "no", "a"}));
  REQUIRE(std::get<wire::SnapshotRequest>(world.ask()).space == "b");
  world.answer();
  CHECK(refused->refusal());
  CHECK(taken->complete());
  CHECK_FALSE(world.core.next_request(world.now));
  world.core.open("a");
  CHECK(std::get<wire::SnapshotRequest>(world.ask()).space == "a");
}

TEST_CASE("an overloaded broker is left alone for a while") {
  CoreWorld world;
  world.begin_session();
  world.core.open("a");
  world.prove();
  REQUIRE(world.core.next_request(world.now));
  world.reply(wire::encode(wire::Refusal{wire::Status::overloaded, "", ""}));
  CHECK_FALSE(world.core.next_request(world.now + 999));
  CHECK(world.core.next_event_ms() == world.now + 1000);
  CHECK(world.core.next_request(world.now + 1000));
}

TEST_CASE("a lost updates connection is made good by a new proof and SINCE") {
  CoreWorld world;
  const auto replica = world.join();
  world.core.updates_disconnected(world.now);
  CHECK_FALSE(replica->live());
  world.broker.set("a", "missed");
  // Where are they now?
  REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode_done());
  CHECK(world.core.updates_endpoint()->port == 5571);
  world.prove();
  REQUIRE(std::holds_alternative<wire::Since>(world.ask()));
  world.answer();
  CHECK(replica->live());
  CHECK(replica->table().contains("a"));
}

TEST_CASE("the answer to a KEEPALIVE tells where the updates are now") {
  CoreWorld world;
  world.join();
  world.core.updates_disconnected(world.now);
  REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode(wire::UpdatesPlace{5573, {}}));
  CHECK(world.core.updates_endpoint() == wire::UpdatesPlace{5573, {}});
}

TEST_CASE("a namespace whose right is taken away is refused, keeps its state, and comes back") {
  CoreWorld world;
  const auto replica = world.join();
  world.core.updates_disconnected(world.now);
  REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode_done());
  world.prove();
  REQUIRE(std::holds_alternative<wire::Since>(world.ask()));
  world.reply(wire::encode(wire::Refusal{wire::Status::denied, "no", "plant"}));
  CHECK(replica->refusal());
  CHECK(replica->complete());
  CHECK_FALSE(replica->live());
  world.broker.set("a", "missed");
  world.core.updates_disconnected(world.now);
  REQUIRE(std::holds_alternative<wire::Keepalive>(world.ask()));
  world.reply(wire::encode_done());
  world.prove();
  REQUIRE(std::holds_alternative<wire::Since>(world.ask()));
  world.answer();
  CHECK_FALSE(replica->refusal());
  CHECK(replica->live());
  CHECK(replica->table().contains("a"));
}

TEST_CASE("leaving says GOODBYE and then nothing") {
  CoreWorld world;
  world.join();
  const auto call = world.core.call(world.status_request());
  const auto waiting = world.core.call(world.status_request());
  REQUIRE(world.core.next_request(world.now));
  world.events.clear();
  world.core.close();
  CHECK(world.events ==
        Events{"call " + std::to_string(call) + ": -", "call " + std::to_string(waiting) + ": -"});
  CHECK(std::get<wire::Goodbye>(world.ask()).session == world.session(1));
  CHECK_FALSE(world.core.next_request(world.now));
  world.reply(wire::encode_done());
  CHECK_FALSE(world.core.welcome());
  CHECK_FALSE(world.core.next_request(world.now + 60'000));
}

TEST_CASE("who never had a session leaves without a word") {
  CoreWorld world;
  world.core.close();
  CHECK_FALSE(world.core.next_request(0));
}

TEST_CASE("a forked child keeps its replicas and begins everything else anew") {
  CoreWorld world;
  world.broker.set("a", "1");
  const auto replica = world.join();
  world.core.call(world.status_request());
  world.events.clear();
  world.core.restart(world.now);
  CHECK(replica->table().contains("a"));
  CHECK(replica->complete());
  CHECK_FALSE(replica->live());
  CHECK_FALSE(world.core.heard(world.now));
  CHECK_FALSE(world.core.updates_endpoint());
  CHECK(std::holds_alternative<wire::Hello>(world.ask()));
  world.reply(world.welcome(2));
  CHECK(world.events == Events{"session 2"});
  CHECK(world.core.all_topics() == std::vector<std::string>{wire::topic_of("plant")});
  world.broker.set("b", "1");
  world.prove();
  CHECK(std::holds_alternative<wire::Since>(world.ask()));
  world.answer();
  CHECK(replica->live());
  CHECK(replica->table().size() == 2);
}
