// What one user may take, whatever it does, and what that leaves to the others.
#include "authority/quota.hpp"

#include <string>
#include <tuple>
#include <utility>

#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "support/catch.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

/// Alice has a session; bob as well.
struct World {
  explicit World(Resource resource, std::uint64_t most) {
    allow("alice", resource, most);
    bob = desk.open("bob");
    desk.authority.commit();
  }

  void allow(const std::string& user, Resource resource, std::uint64_t most) {
    Quota quota = quotas.of(user);
    quota[resource] = most;
    quotas.of_users[user] = quota;
    desk.authority.set_quotas(quotas);
  }
  std::uint64_t used(std::string_view user, Resource resource) const {
    const auto found = desk.authority.accounts().all().find(user);
    return found == desk.authority.accounts().all().end() ? 0 : found->second.used[resource];
  }
  Answer open(std::string_view user) {
    Answer answer = desk.apply(OpenSession{"client"}, user);
    desk.authority.commit();
    return answer;
  }
  wire::Outcome write_as_bob(const std::string& space, const Raw& transaction) {
    const std::string bytes = transaction.bytes();
    const Answer answer =
        desk.apply(wire::Write{desk.id(bob), 1, ++number, {{space, 0, bytes}}}, "bob");
    desk.authority.commit();
    return answer.outcomes->at(0);
  }
  Answer subscribe(std::string_view user, std::string_view space) {
    Answer answer = desk.apply(PinNamespace{space}, user);
    desk.authority.commit();
    return answer;
  }

  Desk desk;
  Quotas quotas;
  std::uint64_t bob = 0;
  std::uint64_t number = 0;
};

Raw x(int value = 1) { return Raw().set("x", value); }

}  // namespace

TEST_CASE("A user that has all its sessions is refused one more and the others open theirs") {
  World world(Resource::sessions, 2);
  CHECK_FALSE(world.open("alice").refused());
  const Answer refused = world.open("alice");
  CHECK(refused.refusal.status == Status::overloaded);
  CHECK(refused.refusal.message ==
        "user 'alice' may have at most 2 sessions; to allow more, set 'sessions' in a [[quota]] of "
        "the broker's permissions file");
  CHECK_FALSE(world.open("bob").refused());
  CHECK(world.used("alice", Resource::sessions) == 2);
  world.desk.apply(CloseSession{world.desk.id(world.desk.session)});
  world.desk.authority.commit();
  CHECK_FALSE(world.open("alice").refused());
  CHECK(world.desk.authority.accounts().refusals().count[Resource::sessions] == 1);
}

TEST_CASE("A turn that is abandoned has taken nothing") {
  World world(Resource::sessions, 2);
  world.allow("alice", Resource::namespaces, 1);
  const auto amounts = [&] { return world.desk.authority.accounts().all().at("alice").used; };
  const Amounts before = amounts();
  CHECK_FALSE(world.desk.apply(OpenSession{"client"}).refused());
  CHECK(world.desk.apply(OpenSession{"client"}).refused());
  world.desk.send({{"a", x().bytes(), 0}});
  CHECK(amounts()[Resource::attributes] == 1);
  CHECK(world.desk.apply(PinNamespace{"b"}).refused());
  world.desk.authority.abandon();
  CHECK(amounts() == before);
  CHECK_FALSE(world.open("alice").refused());
  CHECK(world.desk.write("a", x()).status == Status::ok);
}

TEST_CASE("A quota that becomes less ends nothing and refuses more") {
  World world(Resource::sessions, 3);
  world.open("alice");
  world.desk.write("a", x());
  world.allow("alice", Resource::sessions, 1);
  world.allow("alice", Resource::namespaces, 0);
  CHECK(world.desk.authority.sessions() == 3);
  CHECK(world.open("alice").refused());
  CHECK(world.desk.write("a", x(2)).status == Status::ok);
  CHECK(world.desk.write("b", x()).status == Status::overloaded);
  world.allow("alice", Resource::sessions, 3);
  CHECK_FALSE(world.open("alice").refused());
}

TEST_CASE("A user that has made all its namespaces makes no more by writes or by subscriptions") {
  World world(Resource::namespaces, 2);
  CHECK(world.desk.write("a", x()).status == Status::ok);
  CHECK_FALSE(world.subscribe("alice", "b").refused());
  const wire::Outcome refused = world.desk.write("c", x());
  CHECK(refused.status == Status::overloaded);
  CHECK(refused.message().find("user 'alice' may have at most 2 namespaces") != std::string::npos);
  CHECK(world.subscribe("alice", "c").refusal.status == Status::overloaded);
  // What makes none is not refused.
  CHECK(world.desk.write("c", Raw().erase("none")).status == Status::unchanged);
  CHECK(world.desk.write("a", x(2)).status == Status::ok);
  CHECK(world.write_as_bob("c", x()).status == Status::ok);
  CHECK_FALSE(world.subscribe("bob", "d").refused());
  // There is room again when one is forgotten.
  world.desk.forget("b");
  CHECK(world.used("alice", Resource::namespaces) == 1);
  CHECK(world.desk.write("e", x()).status == Status::ok);
}

TEST_CASE("A namespace is counted for the user that writes into it first and not for a reader") {
  World world(Resource::namespaces, 1);
  world.allow("bob", Resource::namespaces, 1);
  CHECK_FALSE(world.subscribe("alice", "a").refused());
  CHECK(world.write_as_bob("a", x()).status == Status::ok);
  CHECK(world.used("alice", Resource::namespaces) == 0);
  CHECK(world.used("bob", Resource::namespaces) == 1);
  CHECK(world.used("bob", Resource::attributes) == 1);
  CHECK_FALSE(world.subscribe("alice", "b").refused());
  // Bob may have no more, not even one that is there already.
  CHECK(world.write_as_bob("b", x()).status == Status::overloaded);
  CHECK(world.used("alice", Resource::namespaces) == 1);
  CHECK(world.desk.write("b", x()).status == Status::ok);
  // An abandoned turn gives it back.
  CHECK(world.desk.write("b", Raw().clear()).status == Status::ok);
  world.allow("bob", Resource::namespaces, 2);
  const std::string bytes = x().bytes();
  world.desk.apply(wire::Write{world.desk.id(world.bob), 1, 99, {{"b", 0, bytes}}}, "bob");
  CHECK(world.used("bob", Resource::namespaces) == 2);
  world.desk.authority.abandon();
  CHECK(world.used("bob", Resource::namespaces) == 1);
  CHECK(world.used("bob", Resource::attributes) == 1);
  CHECK(world.used("alice", Resource::namespaces) == 1);
}

TEST_CASE("A user whose namespaces hold all that they may writes less but not more") {
  World world(Resource::attributes, 2);
  world.allow("alice", Resource::bytes, 3000);
  CHECK(world.desk.write("a", x()).status == Status::ok);
  CHECK(world.desk.write("b", x()).status == Status::ok);
  const wire::Outcome refused = world.desk.write("c", x());
  CHECK(refused.status == Status::overloaded);
  CHECK(refused.name() == "c");
  CHECK(refused.message().find("user 'alice' may have at most 2 attributes") != std::string::npos);
  CHECK(world.desk.write("a", Raw().set("x", 2).set("y", 1)).status == Status::overloaded);
  const std::string large(3000, 'v');
  const wire::Outcome too_large = world.desk.write("a", Raw().set("x", large));
  CHECK(too_large.status == Status::overloaded);
  CHECK(too_large.message().find("at most 3000 bytes of attributes") != std::string::npos);
  CHECK(world.write_as_bob("d", Raw().set("x", large).set("y", large)).status == Status::ok);
  CHECK(world.desk.write("d", Raw().set("x", 1)).status == Status::ok);
  CHECK(world.desk.write("a", Raw().erase("x").set("y", 1)).status == Status::ok);
  CHECK(world.desk.write("a", Raw().clear()).status == Status::ok);
  CHECK(world.desk.write("c", x()).status == Status::ok);
  CHECK(world.used("alice", Resource::attributes) == 2);
  CHECK(world.used("alice", Resource::bytes) ==
        2 * (2 + attribute_overhead) + 3 * (1 + namespace_overhead));
}

TEST_CASE("Namespaces without attributes are counted as memory of the user, too") {
  World world(Resource::namespaces, 100);
  world.allow("alice", Resource::bytes, 2 * (1 + namespace_overhead) + 2 + attribute_overhead);
  CHECK_FALSE(world.desk.apply(PinNamespace{"a"}).refused());
  CHECK_FALSE(world.desk.apply(PinNamespace{"b"}).refused());
  CHECK(world.desk.apply(PinNamespace{"c"}).refusal.message.find("bytes of attributes") !=
        std::string::npos);
  world.desk.authority.commit();
  CHECK(world.desk.write("c", x()).status == Status::overloaded);
  CHECK(world.desk.write("a", x()).status == Status::ok);
  CHECK(world.desk.write("b", x()).status == Status::overloaded);
  CHECK(world.write_as_bob("b", x()).status == Status::ok);
  CHECK(world.used("alice", Resource::bytes) == 1 + namespace_overhead + 2 + attribute_overhead);
}

TEST_CASE("What others write into a namespace is counted for the user whose it is") {
  World world(Resource::attributes, 2);
  CHECK(world.desk.write("a", x()).status == Status::ok);
  CHECK(world.write_as_bob("a", Raw().set("y", 1)).status == Status::ok);
  CHECK(world.write_as_bob("a", Raw().set("z", 1)).message().find("user 'alice'") !=
        std::string::npos);
  CHECK(world.write_as_bob("own", Raw().set("z", 1)).status == Status::ok);
  CHECK(world.used("bob", Resource::attributes) == 1);
}

TEST_CASE("What ends by its time or with its session is no longer counted") {
  World world(Resource::attributes, 2);
  CHECK(world.desk.write("a", Raw().set("x", 1, 100, false)).status == Status::ok);
  CHECK(world.desk.write("a", Raw().set("y", 1, 0, true)).status == Status::ok);
  CHECK(world.used("alice", Resource::attributes) == 2);
  world.desk.advance(100);
  CHECK(world.used("alice", Resource::attributes) == 1);
  world.desk.apply(CloseSession{world.desk.id(world.desk.session)});
  world.desk.advance(0);
  CHECK(world.used("alice", Resource::attributes) == 0);
  CHECK(world.used("alice", Resource::bytes) == 1 + namespace_overhead);
}

TEST_CASE("A restored authority counts what the users had") {
  World world(Resource::namespaces, 10);
  world.desk.write("a", x());
  world.write_as_bob("b", Raw().set("x", 1).set("y", std::string(100, 'v')));
  // The last WRITE of each lane is in the last turn.
  const std::string bytes = Raw().set("y", 1).bytes();
  world.desk.send({{"a", x(2).bytes(), 0}});
  world.desk.apply(wire::Write{world.desk.id(world.bob), 1, 99, {{"a", 0, bytes}}}, "bob");
  test::Store turn;
  world.desk.authority.visit_turn(turn);
  world.desk.authority.commit();
  test::Store store = test::store_of(world.desk.authority);
  store.lanes = turn.lanes;
  CHECK(store.lanes.size() == 2);
  store.newest = {world.desk.authority.revision(), world.desk.authority.clock_ms(), 0, 10};
  AuthorityOptions options = test::options();
  options.first_revision = world.desk.authority.revision() + 1;
  Authority restored(options);
  restored.restore([&](StateVisitor& visitor) { store.tell(visitor); });
  for (const auto& [user, account] : world.desk.authority.accounts().all()) {
    CAPTURE(user);
    CHECK(restored.accounts().all().at(user).used == account.used);
  }
}

TEST_CASE("A user that keeps all outcomes that it may has one lane in each session") {
  World world(Resource::outcome_bytes, 1100);
  const test::Item large{"a", Raw().require(std::string(900, 'n'), 1).bytes(), 0};
  REQUIRE_FALSE(world.desk.send({large}, 1).refused());
  world.desk.authority.commit();
  REQUIRE_FALSE(world.desk.send({large}, 2).refused());
  world.desk.authority.commit();
  const std::uint64_t used = world.used("alice", Resource::outcome_bytes);
  CHECK(used == world.desk.authority.kept_outcome_bytes());
  CHECK(used > 1800);
  const Answer refused = world.desk.send({large}, 3);
  CHECK(refused.refusal.status == Status::overloaded);
  CHECK(refused.refusal.message.find("user 'alice' may have at most 1100 bytes of kept outcomes") !=
        std::string::npos);
  // The lanes that it has go on, with small outcomes.
  const std::vector<test::Item> many(40, large);
  const Answer less = world.desk.send(many, 2);
  REQUIRE_FALSE(less.refused());
  CHECK(less.outcomes->front().status == Status::lost);
  CHECK(less.outcomes->back().status == Status::overloaded);
  world.desk.authority.abandon();
  CHECK(world.used("alice", Resource::outcome_bytes) == used);
  // Bob is not concerned.
  for (std::uint64_t lane = 1; lane != 4; ++lane) {
    const std::string bytes = large.transaction;
    wire::Write write{world.desk.id(world.bob), lane, 1, {}};
    for (int i = 0; i != 20; ++i) write.items.push_back({"b", 0, bytes});
    const Answer answer = world.desk.apply(std::move(write), "bob");
    REQUIRE_FALSE(answer.refused());
    CHECK(answer.outcomes->back().status == Status::lost);
    world.desk.authority.commit();
  }
  // What a session kept goes with it.
  world.desk.apply(CloseSession{world.desk.id(world.desk.session)});
  world.desk.authority.commit();
  CHECK(world.used("alice", Resource::outcome_bytes) == 0);
  CHECK(world.used("bob", Resource::outcome_bytes) == world.desk.authority.kept_outcome_bytes());
}

TEST_CASE("What was kept before namespaces had users is counted for nobody and may grow") {
  World world(Resource::namespaces, 10);
  world.write_as_bob("old", x());
  test::Store store = test::store_of(world.desk.authority);
  store.newest = {world.desk.authority.revision(), world.desk.authority.clock_ms(), 0, 10};
  std::get<3>(store.spaces.at("old")).clear();
  AuthorityOptions options = test::options();
  options.first_revision = world.desk.authority.revision() + 1;
  Authority restored(options);
  restored.restore([&](StateVisitor& visitor) { store.tell(visitor); });
  Quotas quotas;
  quotas.usual = Quota::of_each(1);
  restored.set_quotas(quotas);
  CHECK(restored.accounts().all().at("").used[Resource::namespaces] == 1);
  const std::string bytes = Raw().set("y", std::string(1000, 'v')).bytes();
  const Answer answer =
      restored.apply({"bob", wire::Write{{options.epoch, world.bob}, 1, 99, {{"old", 0, bytes}}}});
  REQUIRE_FALSE(answer.refused());
  CHECK(answer.outcomes->at(0).status == Status::ok);
}
