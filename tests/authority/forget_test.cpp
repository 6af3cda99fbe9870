#include <string>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;

TEST_CASE("a namespace with attributes is not forgotten") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.forget("a");
  CHECK(desk.value("a", "x") == 1);
  desk.forget("none");
  CHECK(desk.authority.namespaces() == 1);
}

TEST_CASE("an empty namespace is forgotten with its commits") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.erase("a", "x");
  CHECK(desk.authority.namespaces() == 1);
  desk.forget("a");
  CHECK(desk.authority.namespaces() == 0);
  CHECK(desk.authority.list({"", ""}).names.empty());
  CHECK(desk.authority.status("a").count == 0);
}

TEST_CASE("no revision goes back when a namespace is forgotten and comes again") {
  Desk desk;
  desk.set("a", "x", 1);
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.forget("a");
  CHECK(desk.authority.status("a").revision == erased);
  CHECK(desk.authority.snapshot({"a", ""}).revision == erased);
  desk.send({{"a", Raw().set("y", 1).bytes(), 0}});
  const auto updates = desk.authority.commit();
  CHECK(updates[0].run.previous == erased);
  CHECK(updates[0].run.count == 1);
}

TEST_CASE("a reader from a namespace's earlier life is told to take a snapshot") {
  Desk desk;
  const wire::Epoch epoch = desk.authority.options().epoch;
  std::string scratch;
  const std::uint64_t seen = desk.set("a", "x", 1).revision;
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.forget("a");
  CHECK(desk.authority.since({"a", epoch, seen}, scratch).take_snapshot);
  CHECK_FALSE(desk.authority.since({"a", epoch, erased}, scratch).take_snapshot);
  desk.set("a", "y", 1);
  CHECK(desk.authority.since({"a", epoch, seen}, scratch).take_snapshot);
  CHECK(desk.authority.since({"a", epoch, erased}, scratch).run.commits == 1);
  // Of a namespace that never was, nothing is claimed either.
  CHECK(desk.authority.since({"never", epoch, seen}, scratch).take_snapshot);
  CHECK(desk.authority.since({"never", epoch, erased + 5}, scratch).take_snapshot);
}

TEST_CASE("a remembered namespace keeps its revision when others are forgotten") {
  Desk desk;
  desk.apply(Remember{"watched"});
  desk.apply(Remember{"watched"});
  desk.authority.commit();
  desk.set("a", "x", 1);
  desk.erase("a", "x");
  desk.forget("a");
  CHECK(desk.authority.status("watched").revision == 0);
  CHECK(desk.authority.status("other").revision == desk.authority.revision());
  desk.send({{"watched", Raw().set("x", 1).bytes(), 0}});
  CHECK(desk.authority.commit()[0].run.previous == 0);
}

TEST_CASE("what is forgotten in the turn of its last commit is not published") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.send({{"a", Raw().erase("x").bytes(), 0}, {"b", Raw().set("x", 1).bytes(), 0}});
  desk.apply(Forget{"a"});
  desk.send({{"c", Raw().set("x", 1).bytes(), 0}});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 2);
  CHECK(updates[0].space == "b");
  CHECK(updates[1].space == "c");
  CHECK(desk.authority.namespaces() == 2);
}

TEST_CASE("a namespace can be forgotten and made again in one turn") {
  Desk desk;
  desk.set("a", "x", 1);
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.apply(Forget{"a"});
  desk.send({{"a", Raw().set("y", 2).bytes(), 0}});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 1);
  CHECK(updates[0].run.previous == erased);
  CHECK(desk.value("a", "y") == 2);
}
