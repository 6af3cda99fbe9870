#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Item;
using test::Raw;

TEST_CASE("a namespace with attributes is not forgotten") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.forget("a");
  CHECK(desk.value("a", "x") == 1);
  desk.forget("none");
  CHECK(desk.authority.namespaces() == 1);
}

TEST_CASE("an empty namespace without subscribers is forgotten with its commits, after a time") {
  Desk desk;
  desk.apply(PinNamespace{"a"});
  desk.set("a", "x", 1);
  desk.erase("a", "x");
  desk.pass_silence();
  CHECK(desk.authority.namespaces() == 1);

  desk.apply(UnpinNamespace{"a"});
  desk.advance(desk.authority.options().session_ms - 1);
  CHECK(desk.authority.namespaces() == 1);
  desk.advance(1);
  CHECK(desk.authority.namespaces() == 0);
  CHECK(desk.list("", "").names.empty());
  CHECK(desk.authority.status("a").count == 0);
  const std::size_t kept = desk.authority.log_bytes();
  desk.advance(1);
  CHECK(desk.authority.log_bytes() < kept);
}

TEST_CASE("a namespace that becomes empty after its last subscriber left is forgotten, too") {
  Desk desk;
  desk.apply(PinNamespace{"a"});
  desk.set("a", "x", 1);
  desk.forget("a");
  CHECK(desk.authority.namespaces() == 1);
  desk.erase("a", "x");
  desk.pass_silence();
  CHECK(desk.authority.namespaces() == 0);
}

TEST_CASE("one that nobody ever subscribed to is forgotten when its last attribute has ended") {
  Desk desk;
  desk.write("a", Raw().set("x", 1, 10, false));
  desk.write("b", Raw().set("x", 1).erase("x").set("y", 1));
  desk.advance(10);
  desk.erase("b", "y");
  CHECK(desk.authority.namespaces() == 2);
  desk.pass_silence();
  CHECK(desk.authority.namespaces() == 0);
}

TEST_CASE("who comes back in time finds the namespace as it was") {
  Desk desk;
  desk.set("a", "x", 1);
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.apply(PinNamespace{"a"});
  desk.apply(UnpinNamespace{"a"});
  desk.advance(desk.authority.options().session_ms - 1);
  desk.apply(PinNamespace{"a"});
  desk.advance(1'000'000);
  CHECK(desk.authority.status("a").revision == erased);
  CHECK(desk.authority.status("a").count == 2);
}

TEST_CASE("what is about to be forgotten is not listed any more") {
  Desk desk;
  desk.apply(PinNamespace{"a"});
  desk.set("b", "x", 1);
  desk.erase("b", "x");
  CHECK(desk.list("", "").names == std::vector<std::string_view>{"a"});
  desk.apply(UnpinNamespace{"a"});
  desk.authority.commit();
  CHECK(desk.list("", "").names.empty());
  desk.set("b", "x", 2);
  CHECK(desk.list("", "").names == std::vector<std::string_view>{"b"});
}

TEST_CASE("a namespace that was idle for a while only is not forgotten") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.erase("a", "x");
  desk.set("a", "x", 2);
  desk.pass_silence();
  CHECK(desk.authority.status("a").count == 3);
  desk.erase("a", "x");
  desk.advance(desk.authority.options().session_ms - 1);
  CHECK(desk.authority.namespaces() == 1);
}

TEST_CASE("a namespace that comes again begins its count above every earlier revision") {
  Desk desk;
  desk.set("a", "x", 1);
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.forget("a");
  const std::uint64_t forgotten = erased + 1;
  CHECK(desk.authority.status("a").revision == forgotten);
  CHECK(desk.authority.status("a").count == 0);
  CHECK(desk.authority.snapshot({"a", ""}).revision == forgotten);
  desk.send({{"a", Raw().set("y", 1).bytes(), 0}});
  const auto updates = desk.authority.commit();
  CHECK(updates[0].run.previous == forgotten);
  CHECK(updates[0].run.revision > forgotten);
  CHECK(updates[0].run.count == 1);
}

TEST_CASE("a reader from a namespace's earlier life is told to take a snapshot") {
  Desk desk;
  const wire::Epoch epoch = desk.authority.options().epoch;
  std::string scratch;
  const std::uint64_t seen = desk.set("a", "x", 1).revision;
  const std::uint64_t erased = desk.erase("a", "x").revision;
  CHECK(desk.authority.since({"a", epoch, seen}, scratch).run.commits == 1);
  desk.forget("a");
  const std::uint64_t forgotten = erased + 1;
  const auto told_to_take_one = [&](std::string_view space, std::uint64_t revision) {
    return desk.authority.since({space, epoch, revision}, scratch).take_snapshot;
  };
  CHECK(told_to_take_one("a", seen));
  CHECK(told_to_take_one("a", erased));
  CHECK_FALSE(told_to_take_one("a", forgotten));
  desk.set("a", "y", 1);
  CHECK(told_to_take_one("a", seen));
  CHECK(told_to_take_one("a", erased));
  CHECK(desk.authority.since({"a", epoch, forgotten}, scratch).run.commits == 1);
  // Of a namespace that never was, nothing is claimed either.
  CHECK(told_to_take_one("never", seen));
  CHECK(told_to_take_one("never", forgotten + 5));
}

TEST_CASE("a remembered namespace keeps its revision when others are forgotten") {
  Desk desk;
  desk.apply(PinNamespace{"watched"});
  desk.apply(PinNamespace{"watched"});
  desk.authority.commit();
  desk.set("a", "x", 1);
  desk.erase("a", "x");
  desk.forget("a");
  CHECK(desk.authority.status("watched").revision == 0);
  CHECK(desk.authority.status("other").revision == desk.authority.revision());
  desk.send({{"watched", Raw().set("x", 1).bytes(), 0}});
  CHECK(desk.authority.commit()[0].run.previous == 0);
}

TEST_CASE("what is forgotten in the turn of its last commit is published before") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.send({{"a", Raw().erase("x").bytes(), 0}, {"b", Raw().set("x", 1).bytes(), 0}});
  desk.apply(Advance{desk.authority.options().session_ms});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 2);
  CHECK(updates[0].space == "a");
  CHECK(updates[1].space == "b");
  CHECK(desk.authority.namespaces() == 1);
}

TEST_CASE("a namespace can be forgotten and made again in one turn") {
  Desk desk;
  desk.set("a", "x", 1);
  const std::uint64_t erased = desk.erase("a", "x").revision;
  desk.apply(Advance{desk.authority.options().session_ms - 1});
  desk.apply(Renew{desk.id(desk.session)});
  desk.apply(Advance{1});
  desk.send({{"a", Raw().set("y", 2).bytes(), 0}});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 1);
  CHECK(updates[0].run.previous == erased + 1);
  CHECK(desk.value("a", "y") == 2);
}

TEST_CASE(
    "a part of a list looks at a bounded number of namespaces that are about to be forgotten") {
  Desk desk;
  constexpr std::size_t portion = 10'000;
  for (const bool there : {true, false}) {
    for (std::size_t i = 0; i != 6; ++i) {
      std::vector<Item> items;
      for (std::size_t k = 0; k != portion; ++k)
        items.push_back({"n" + std::to_string(i * portion + k),
                         there ? Raw().set("x", 1).bytes() : Raw().erase("x").bytes(), 0});
      desk.send(items);
      desk.authority.commit();
    }
  }
  desk.set("stays", "x", 1);
  const std::vector<NameRange> all{{"", {}}};
  std::string after;
  std::size_t parts = 0;
  std::size_t looked_at = 0;
  for (bool more = true; more; ++parts) {
    const Listing listing = desk.authority.list({"", after}, all);
    looked_at += listing.looked_at;
    CHECK(listing.looked_at <= 25'000);
    more = listing.reply.more;
    REQUIRE(listing.reply.names.size() == 1);
    after = listing.reply.names.back();
  }
  CHECK(after == "stays");
  CHECK(parts == 3);
  CHECK(looked_at == 6 * portion + 1);
}
