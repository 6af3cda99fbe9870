// Clearing a namespace costs the same however many attributes it has.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;
using Names = std::vector<std::string>;

namespace {

constexpr int many = 25'000;  // more than are swept at once

void fill(Desk& desk, int attributes, std::uint64_t ttl_ms = 0) {
  for (int i = 0; i < attributes;) {
    Raw raw;
    for (int end = std::min(i + 5'000, attributes); i != end; ++i)
      raw.set("n" + std::to_string(i), i, ttl_ms, false);
    REQUIRE(desk.write("a", raw).status == Status::ok);
  }
}

/// A store that counts what it is told of attributes.
struct CountingStore : test::Store {
  void attribute(std::string_view space, const AttributeView& view) override {
    ++told;
    Store::attribute(space, view);
  }
  void attribute_removed(std::string_view space, std::string_view name) override {
    ++told;
    Store::attribute_removed(space, name);
  }
  void attributes_removed(std::string_view space) override {
    ++told;
    Store::attributes_removed(space);
  }
  int told = 0;
};

}  // namespace

TEST_CASE("a clear tells of no single attribute, and its rest is swept in portions") {
  Desk desk;
  fill(desk, many);
  CountingStore store;
  store.attributes = test::store_of(desk.authority).attributes;
  desk.send({{"a", Raw().set("n1", 1).set("new", 1).clear().set("n2", 2).set("z", 3).bytes(), 0}});
  desk.authority.visit_turn(store);
  desk.authority.commit();
  CHECK(store.told == 5);  // two before the clear, and two behind it
  CHECK((store.attributes == test::store_of(desk.authority).attributes));
  CHECK(desk.names("a") == Names{"n2", "z"});
  CHECK(desk.authority.extent().attributes == 2);
  CHECK(desk.authority.status("a").count == many + many + 1);
  CHECK(desk.authority.next_end_ms() == 0);
  int turns = 0;
  for (; desk.authority.next_end_ms() == 0; ++turns) desk.advance(0);
  CHECK(turns == 3);
  CHECK(desk.names("a") == Names{"n2", "z"});
}

TEST_CASE("clears that are taken back leave everything as it was") {
  Desk desk;
  fill(desk, 100, 1'000);
  desk.write("a", Raw().set("large", std::string(5'000, 'x')));
  const test::Store store = test::store_of(desk.authority);
  const std::string refused =
      Raw().set("n1", 7).clear().set("n2", 1, 9, true).clear().set("n1", 8).set("_x", 1).bytes();
  const auto answer = desk.send({{"a", refused, 0}, {"new", refused, 0}, {"a", refused, 0}});
  for (const wire::Outcome& outcome : *answer.outcomes) CHECK(outcome.status == Status::rejected);
  desk.authority.commit();
  const test::Store now = test::store_of(desk.authority);
  CHECK((now.attributes == store.attributes));
  CHECK((now.spaces == store.spaces));
  CHECK(desk.authority.next_end_ms() != 0);
  const std::string before = desk.authority.describe();
  desk.send({{"a", Raw().clear().set("n5", 1).bytes(), 0}, {"a", Raw().clear().bytes(), 0}});
  desk.apply(Advance{0});
  desk.send({{"a", Raw().set("n5", 1).bytes(), 0}});
  desk.authority.abandon();
  CHECK((desk.authority.describe() == before));
  CHECK(desk.authority.next_end_ms() != 0);
}

TEST_CASE("leases of what was cleared end nothing that came after it") {
  Desk desk;
  fill(desk, many, 50);
  desk.write("a", Raw().clear().set("n5", 1).set("n6", 1, 70, false));
  desk.advance(60);
  CHECK(desk.names("a") == Names{"n5", "n6"});
  while (desk.authority.next_end_ms() == 0) desk.advance(0);
  CHECK(desk.names("a") == Names{"n5", "n6"});
  desk.advance(10);
  CHECK(desk.names("a") == Names{"n5"});
}

TEST_CASE("a namespace may be forgotten before what was cleared in it is swept") {
  AuthorityOptions options = test::options();
  options.session_ms = 40;
  Desk desk(options);
  fill(desk, many, 100);
  desk.write("a", Raw().clear());
  desk.advance(40);
  CHECK(desk.authority.namespaces() == 0);
  CHECK(desk.authority.next_end_ms() == 0);
  desk.session = desk.open();
  desk.advance(60);
  while (desk.authority.next_end_ms() == 0) desk.advance(0);
  desk.session = desk.open();
  desk.write("a", Raw().set("n1", 1));
  CHECK(desk.names("a") == Names{"n1"});
}
