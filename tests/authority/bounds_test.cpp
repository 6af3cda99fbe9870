// What is refused because there is too much of it already.

#include <string>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

AuthorityOptions bounded(const Extent& space, const Extent& total) {
  AuthorityOptions options = test::options();
  options.bounds.space = space;
  options.bounds.total = total;
  return options;
}

constexpr Extent any{UINT64_MAX, UINT64_MAX};

}  // namespace

TEST_CASE("the extent is that of the attributes that there are") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("long", std::string(1000, 'v')));
  desk.write("b", Raw().set("y", 2));
  CHECK(desk.authority.extent().attributes == 3);
  CHECK(desk.authority.extent().bytes == (1 + 1) + (4 + 1003) + (1 + 1) + 3 * attribute_overhead);
  desk.write("a", Raw().set("long", 1).erase("x"));
  desk.erase("b", "y");
  CHECK(desk.authority.extent() == Extent{1, 4 + 1 + attribute_overhead});
  desk.write("a", Raw().clear());
  CHECK(desk.authority.extent() == Extent{});
}

TEST_CASE("a turn that is abandoned, and a refused transaction, change no extent") {
  Desk desk;
  desk.write("a", Raw().set("x", 1));
  const Extent before = desk.authority.extent();
  desk.send({{"a", Raw().set("y", 1).erase("x").bytes(), 0}, {"b", Raw().set("z", 1).bytes(), 0}});
  desk.authority.abandon();
  CHECK(desk.authority.extent() == before);
  desk.write("a", Raw().set("y", 1).add("y", "text"));
  CHECK(desk.authority.extent() == before);
}

TEST_CASE("more attributes than a namespace may have are refused, whole transactions at a time") {
  Desk desk(bounded({2, UINT64_MAX}, any));
  CHECK(desk.write("a", Raw().set("x", 1).set("y", 1)).status == Status::ok);
  const wire::Outcome over = desk.write("a", Raw().set("x", 2).set("z", 1));
  CHECK(over.status == Status::overloaded);
  CHECK(over.name() == "a");
  CHECK(desk.value("a", "x") == Value(1));
  CHECK(desk.write("b", Raw().set("x", 1)).status == Status::ok);
  // What is as much as before, or less, is not refused.
  CHECK(desk.write("a", Raw().set("x", 2).set("z", 1).erase("y")).status == Status::ok);
  CHECK(desk.erase("a", "z").status == Status::ok);
}

TEST_CASE("more bytes than a namespace may have are refused, less never") {
  Desk desk(bounded({UINT64_MAX, 500}, any));
  CHECK(desk.set("a", "x", std::string(300, 'v')).status == Status::ok);
  CHECK(desk.set("a", "y", std::string(200, 'v')).status == Status::overloaded);
  CHECK(desk.set("a", "x", std::string(600, 'v')).status == Status::overloaded);
  CHECK(desk.set("a", "x", std::string(200, 'v')).status == Status::ok);
  CHECK(desk.set("a", "y", 1).status == Status::ok);
}

TEST_CASE("what ends by itself counts for more, and so do namespaces without attributes") {
  Desk leased(bounded({UINT64_MAX, 1 + 1 + attribute_overhead + lease_overhead}, any));
  CHECK(leased.write("a", Raw().set("x", 1, 1000, false)).status == Status::ok);
  CHECK(leased.set("a", "y", 1).status == Status::overloaded);
  CHECK(leased.write("a", Raw().set("x", 1, 1000, true)).status == Status::ok);
  CHECK(leased.authority.extent().bytes == 1 + 1 + attribute_overhead + lease_overhead);
  CHECK(leased.set("a", "x", 1).status == Status::ok);
  CHECK(leased.authority.extent().bytes == 1 + 1 + attribute_overhead);
  CHECK(leased.set("a", "y", 1).status == Status::ok);

  Desk plain(bounded({UINT64_MAX, 1 + 1 + attribute_overhead}, any));
  CHECK(plain.set("a", "x", 1).status == Status::ok);
  CHECK(plain.write("a", Raw().set("x", 1, 1000, false)).status == Status::overloaded);

  Desk empty(bounded(any, {UINT64_MAX, 3 * namespace_overhead}));
  CHECK_FALSE(empty.apply(PinNamespace{"a"}).refused());
  CHECK_FALSE(empty.apply(PinNamespace{"b"}).refused());
  CHECK(empty.apply(PinNamespace{"c"}).refusal.status == Status::overloaded);
  CHECK_FALSE(empty.apply(PinNamespace{"b"}).refused());
  empty.authority.commit();
  CHECK(empty.authority.bytes() == 2 * (1 + namespace_overhead));
  CHECK(empty.set("a", "x", 1).status == Status::ok);
  CHECK(empty.set("a", "y", std::string(namespace_overhead, 'v')).status == Status::overloaded);
  empty.erase("a", "x");
  empty.forget("a");
  empty.forget("b");
  CHECK(empty.authority.bytes() == 0);
}

TEST_CASE(
    "what was cleared counts until it is swept, so that nobody fills and clears without end") {
  Desk desk(bounded(any, {UINT64_MAX, 2'000'000}));
  Raw fill;
  fill.clear();
  for (int i = 0; i != 5'000; ++i) fill.set(std::to_string(i), 1, 1'000'000, false);
  CHECK(desk.write("a", fill).status == Status::ok);
  const std::uint64_t once = desk.authority.bytes();
  CHECK(desk.write("a", fill).status == Status::overloaded);
  CHECK(desk.authority.bytes() == once);
  CHECK(desk.write("a", Raw().clear()).status == Status::ok);
  CHECK(desk.authority.bytes() == once);
  CHECK(desk.write("a", fill).status == Status::overloaded);
  for (int i = 0; i != 20; ++i) desk.advance(1);
  CHECK(desk.authority.bytes() < once / 10);
  CHECK(desk.write("a", fill).status == Status::ok);
}

TEST_CASE("attributes and bytes are bounded over all namespaces, too") {
  Desk few(bounded(any, {2, UINT64_MAX}));
  CHECK(few.set("a", "x", 1).status == Status::ok);
  CHECK(few.set("b", "x", 1).status == Status::ok);
  CHECK(few.set("c", "x", 1).status == Status::overloaded);
  CHECK(few.authority.namespaces() == 2);
  CHECK(few.erase("a", "x").status == Status::ok);
  CHECK(few.set("c", "x", 1).status == Status::ok);

  Desk small(bounded(any, {UINT64_MAX, 530 + 2 * namespace_overhead}));
  CHECK(small.set("a", "x", std::string(300, 'v')).status == Status::ok);
  CHECK(small.set("b", "x", std::string(300, 'v')).status == Status::overloaded);
  CHECK(small.set("b", "x", 1).status == Status::ok);
}

TEST_CASE(
    "when sessions keep too many outcomes, those who want more are refused and others write") {
  AuthorityOptions options = test::options();
  options.bounds.all_kept_outcome_bytes = 1000;
  options.bounds.least_outcome_bytes = 200;
  Desk desk(options);
  const std::vector<test::Item> many(60, {"a", Raw().set("x", 1).add("x", 1e300).bytes(), 0});
  REQUIRE_FALSE(desk.send(many, 1).refused());
  CHECK(desk.authority.kept_outcome_bytes() > 1000);
  desk.authority.commit();
  CHECK(desk.send({many.front()}, 2).refusal.status == Status::overloaded);
  desk.authority.commit();
  // Its one lane goes on, with less; so does another session.
  CHECK(desk.send(many, 1).refusal.status == Status::overloaded);
  const test::Item lost{"a", Raw().require(std::string(200, 'n'), 1).bytes(), 0};
  const Answer less = desk.send({{"a", Raw().set("x", 1).bytes(), 0}, lost}, 1);
  CHECK(less.outcomes->front().status == Status::ok);
  CHECK(less.outcomes->back().status == Status::overloaded);
  desk.authority.commit();
  desk.session = desk.open();
  CHECK(desk.set("a", "y", 1).status == Status::ok);
  desk.authority.apply({"alice", CloseSession{desk.id(desk.session)}});
  desk.authority.apply({"alice", CloseSession{desk.id(1)}});
  desk.authority.commit();
  CHECK(desk.authority.kept_outcome_bytes() == 0);
}
