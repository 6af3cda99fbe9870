#include "authority/authority.hpp"
#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using test::Store;

TEST_CASE("what a turn touched is told as it stands, before it is committed") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("gone", 2));
  Store store;
  desk.send({{"a", Raw().set("x", 2, 50, true).erase("gone").set("new", 3).bytes(), 0}}, 7);
  desk.send({{"a", Raw().add("new", 4).set("brief", 1).bytes(), 0}}, 7);
  desk.send({{"a", Raw().erase("brief").bytes(), 0}}, 8);
  desk.apply(Advance{20});
  store.attributes[{"a", "gone"}] = {};
  desk.authority.visit_turn(store);
  CHECK(store.newest.revision == test::first_revision + 3);
  CHECK(store.newest.clock_ms == 20);
  CHECK(store.newest.next_session == desk.session + 1);
  REQUIRE(store.attributes.size() == 2);
  CHECK(store.attributes.at({"a", "x"}) ==
        Store::Attribute{"\x02", test::first_revision + 1, desk.session, 50});
  CHECK(store.attributes.at({"a", "new"}) ==
        Store::Attribute{"\x07", test::first_revision + 2, 0, 0});
  REQUIRE(store.lanes.size() == 2);
  CHECK(store.lanes.at({desk.session, 7}).number == 2);
  CHECK(store.lanes.at({desk.session, 8}).number == 1);
  CHECK(store.sessions.empty());
  desk.authority.commit();
  CHECK(store.spaces == test::store_of(desk.authority).spaces);
}

TEST_CASE("what comes, goes and comes again in one turn is told last as it is") {
  Desk desk;
  desk.set("a", "x", 1);
  Store store = test::store_of(desk.authority);
  desk.send({{"a", Raw().erase("x").bytes(), 0}});
  desk.apply(Advance{desk.authority.options().session_ms - 1});
  desk.apply(Renew{desk.id(desk.session)});
  desk.apply(Advance{1});
  desk.send({{"a", Raw().set("x", 5).bytes(), 0}});
  desk.apply(PinNamespace{"b"});
  desk.apply(UnpinNamespace{"b"});
  desk.apply(PinNamespace{"c"});
  const std::uint64_t brief = desk.open("bob");
  desk.apply(CloseSession{desk.id(brief)}, "bob");
  desk.authority.visit_turn(store);
  desk.authority.commit();
  const Store expected = test::store_of(desk.authority);
  CHECK(store.attributes == expected.attributes);
  CHECK(store.spaces == expected.spaces);
  CHECK(store.sessions == expected.sessions);
}

TEST_CASE("a turn that was refused, abandoned or never begun has touched nothing") {
  Desk desk;
  Store store;
  desk.authority.visit_turn(store);
  CHECK(store.newest.next_session == 0);
  desk.send({{"a", Raw().set("x", 1).bytes(), 0}});
  desk.authority.abandon();
  desk.apply(wire::Write{desk.id(99), 1, 1, {}});
  desk.send({{"a", Raw().set("x", 1).set("_no", 1).bytes(), 0}});
  desk.authority.visit_turn(store);
  CHECK(store.attributes.empty());
  CHECK(store.spaces.empty());
}
