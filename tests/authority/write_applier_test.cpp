#include "authority/write_applier.hpp"

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using test::Desk;
using test::Raw;
using wire::Status;
using Names = std::vector<std::string>;

TEST_CASE("a write is committed under the next number of the whole broker") {
  Desk desk;
  CHECK(desk.set("a", "x", 1).revision == test::first_revision);
  CHECK(desk.set("b", "y", 2).revision == test::first_revision + 1);
  CHECK(desk.set("a", "x", 3).revision == test::first_revision + 2);
  CHECK(desk.value("a", "x") == 3);
  CHECK(desk.value("b", "y") == 2);
  CHECK(desk.revision("a", "x") == test::first_revision + 2);
}

TEST_CASE("every kind of value comes back as it was set") {
  Desk desk;
  const std::string large(100'000, 'x');
  const Value values[] = {Value(), true, -5, 1.25, std::string(300, 's'), large, Array{1, "two"}};
  for (const Value& value : values) {
    REQUIRE(desk.set("a", "x", value).status == Status::ok);
    CHECK(desk.value("a", "x") == value);
  }
}

TEST_CASE("the operations of a transaction see each other and make one commit") {
  Desk desk;
  const auto outcome = desk.write(
      "a", Raw().set("x", 1).add("x", 2).set("y", 9).erase("y").set("y", 4).add("z", 1.5));
  REQUIRE(outcome.status == Status::ok);
  CHECK(outcome.sums().size() == 2);
  CHECK(desk.value("a", "x") == 3);
  CHECK(desk.value("a", "y") == 4);
  CHECK(desk.value("a", "z") == 1.5);
  CHECK(desk.revision("a", "x") == outcome.revision);
  CHECK(desk.revision("a", "z") == outcome.revision);
  CHECK(desk.authority.status("a").count == 3);
}

TEST_CASE("what ends as it began is no change") {
  Desk desk;
  desk.set("a", "x", 1);
  const auto before = desk.authority.status("a");
  for (const Raw& nothing : {Raw(), Raw().erase("none"), Raw().set("new", 1).erase("new"),
                             Raw().require("x", before.revision)}) {
    const auto outcome = desk.write("a", nothing);
    CHECK(outcome.status == Status::unchanged);
    CHECK(outcome.revision == before.revision);
  }
  CHECK(desk.authority.revision() == before.revision);
  CHECK(desk.authority.status("a").digest == before.digest);
}

TEST_CASE("an erased attribute is gone and can come back") {
  Desk desk;
  desk.set("a", "x", 1);
  CHECK(desk.erase("a", "x").status == Status::ok);
  CHECK(desk.revision("a", "x") == 0);
  CHECK(desk.names("a").empty());
  CHECK(desk.authority.status("a").digest == 0);
  CHECK(desk.authority.status("a").count == 2);
  desk.set("a", "x", 5);
  CHECK(desk.value("a", "x") == 5);
}

TEST_CASE("clear removes everything but what is set after it") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("y", 2).set("z", 3));
  const auto outcome = desk.write("a", Raw().set("w", 0).clear().set("y", 5).set("v", 6));
  CHECK(outcome.status == Status::ok);
  CHECK(desk.names("a") == Names{"v", "y"});
  // Two removed, two set; "w" came and went within the commit.
  CHECK(desk.authority.status("a").count == 3 + 4);
  CHECK(desk.write("a", Raw().clear()).status == Status::ok);
  CHECK(desk.write("a", Raw().clear()).status == Status::unchanged);
}

TEST_CASE("a condition that does not hold loses and names the attribute") {
  Desk desk;
  const std::uint64_t first = desk.set("a", "x", 1).revision;
  const std::uint64_t second = desk.set("a", "x", 2).revision;
  CHECK(desk.write("a", Raw().require("x", second).set("x", 3)).status == Status::ok);
  const std::uint64_t newest = desk.authority.revision();
  for (const Raw& losing :
       {Raw().require("x", first).set("x", 4), Raw().require("x", 0).set("x", 4),
        Raw().require("x", newest).require("none", newest).clear()}) {
    const auto outcome = desk.write("a", losing);
    CHECK(outcome.status == Status::lost);
    CHECK(outcome.revision == newest);
  }
  CHECK(desk.write("a", Raw().require("none", 7)).name() == "none");
  CHECK(desk.write("a", Raw().require("none", 0).set("none", 1)).status == Status::ok);
  CHECK(desk.value("a", "x") == 3);
}

TEST_CASE("a refused transaction leaves nothing behind and does not stop the next") {
  Desk desk;
  desk.set("a", "text", "no number");
  const std::string before = desk.authority.describe();
  const auto answer = desk.send({
      {"a",
       Raw().set("x", 1).set("y", 2).erase("text").clear().add("x", 1).set("_private", 1).bytes(),
       0},
      {"new", Raw().set("x", std::string(5'000, 'x')).add("x", 1).bytes(), 0},
  });
  CHECK(answer.outcomes->at(0).status == Status::rejected);
  CHECK(answer.outcomes->at(0).name() == "_private");
  CHECK(answer.outcomes->at(1).status == Status::wrong_type);
  CHECK(answer.outcomes->at(1).name() == "x");
  desk.authority.commit();
  CHECK(desk.names("a") == Names{"text"});
  CHECK(desk.authority.namespaces() == 1);
  const auto next =
      desk.send({{"a", Raw().set("", 1).bytes(), 0}, {"a", Raw().set("z", 1).bytes(), 0}});
  desk.authority.commit();
  CHECK(next.outcomes->at(0).status == Status::rejected);
  CHECK(next.outcomes->at(1).status == Status::ok);
  CHECK(desk.names("a") == Names{"text", "z"});
}

TEST_CASE("a namespace that a write did not change does not come into being") {
  Desk desk;
  CHECK(desk.erase("a", "x").status == Status::unchanged);
  CHECK(desk.write("a", Raw().require("x", 5).set("x", 1)).status == Status::lost);
  CHECK(desk.authority.namespaces() == 0);
}

TEST_CASE("many operations on many names arrive as one by one") {
  Desk desk;
  std::vector<test::Item> items;
  for (int i = 0; i != 200; ++i) {
    Raw transaction;
    for (int j = 0; j <= i; ++j) transaction.set("n" + std::to_string(i * j % 97), i + j);
    items.push_back({i % 3 == 0 ? "a" : "b", transaction.bytes(), 0});
  }
  Desk single;
  const auto together = desk.send(items);
  desk.authority.commit();
  for (std::size_t i = 0; i != items.size(); ++i) {
    const auto alone = single.send({items[i]});
    single.authority.commit();
    CHECK(alone.outcomes->at(0).revision == together.outcomes->at(i).revision);
  }
  for (const char* space : {"a", "b"}) {
    CHECK(single.authority.status(space).digest == desk.authority.status(space).digest);
    CHECK(single.names(space) == desk.names(space));
  }
}
