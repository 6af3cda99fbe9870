// What one WRITE may cost.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Item;
using test::Raw;
using wire::Status;

namespace {

std::size_t decided(Desk& desk, const std::vector<Item>& items) {
  const Answer answer = desk.send(items);
  desk.authority.commit();
  REQUIRE(answer.outcomes.has_value());
  std::size_t count = 0;
  while (count != items.size() && answer.outcomes->at(count).status != Status::overloaded) ++count;
  // Nothing behind is decided.
  for (std::size_t i = count; i != items.size(); ++i)
    REQUIRE(answer.outcomes->at(i).status == Status::overloaded);
  return count;
}

}  // namespace

TEST_CASE("the items of a write are decided until they cost too much, and none behind these") {
  AuthorityOptions options = test::options();
  options.bounds.write_work = 100;
  Desk desk(options);
  const Item plain{"a", Raw().set("x", 1).bytes(), 0};
  const Item refused{"a", Raw().clear().set("_x", 1).bytes(), 0};
  Raw adds;
  for (int i = 0; i != 50; ++i) adds.add("n", 1);
  const std::size_t plain_items = decided(desk, std::vector<Item>(60, plain));
  CHECK(plain_items > 10);
  CHECK(plain_items < 20);
  CHECK(decided(desk, std::vector<Item>(60, refused)) < plain_items);
  // The first is decided whatever it costs.
  CHECK(decided(desk, {{"a", adds.bytes(), 0}, plain, plain}) == 1);
  CHECK(desk.value("a", "n") == 50);
  std::vector<Item> spaces;
  for (int i = 0; i != 60; ++i) spaces.push_back({"s" + std::to_string(i), plain.transaction, 0});
  CHECK(decided(desk, spaces) < 10);
  CHECK(decided(desk, std::vector<Item>(60, {"no//name", "", 0})) < 20);
}

TEST_CASE("what costs more than its bytes show counts for more") {
  AuthorityOptions options = test::options();
  options.bounds.write_work = 6'000;
  const auto decided_of = [&](const Item& item) {
    Desk desk(options);
    desk.set("a", "x", 1);
    return decided(desk, std::vector<Item>(1'100, item));
  };
  const std::size_t plain = decided_of({"a", Raw().set("x", 1).bytes(), 0});
  CHECK(plain > 950);
  CHECK(plain < 1'050);
  // A lease begins, and from the second one on another ends.
  CHECK(decided_of({"a", Raw().set("x", 1, 1'000, true).bytes(), 0}) < plain / 3);
  // A table is set aside, and put back.
  CHECK(decided_of({"a", Raw().clear().set("_x", 1).bytes(), 0}) < plain / 6);
  CHECK(decided_of({"a", Raw().set("_x", 1).bytes(), 0}) < plain / 2);
  CHECK(decided_of({"no//name", Raw().set("x", 1).bytes(), 0}) < plain * 3 / 4);
  CHECK(decided_of({"a", "\xc1", 0}) < plain / 4);
  Desk desk(options);
  std::vector<Item> spaces;
  for (int i = 0; i != 1'100; ++i)
    spaces.push_back({"s" + std::to_string(i), Raw().set("x", 1).bytes(), 0});
  const std::size_t made = decided(desk, spaces);
  CHECK(made < plain / 4);
  CHECK(made < decided(desk, spaces));
}

TEST_CASE("what was done before a write is not counted for it") {
  AuthorityOptions options = test::options();
  options.bounds.write_work = 100;
  Desk desk(options);
  Raw leased;
  for (int i = 0; i != 100; ++i) leased.set("x" + std::to_string(i), 1, 0, true);
  const std::uint64_t other = desk.open();
  CHECK(
      desk.authority.apply({"alice", wire::Write{desk.id(other), 1, 1, {{"a", 0, leased.bytes()}}}})
          .outcomes->at(0)
          .status == Status::ok);
  desk.apply(CloseSession{desk.id(other)});
  desk.apply(Advance{1});
  desk.authority.commit();
  CHECK(desk.authority.extent().attributes == 0);
  CHECK(decided(desk, std::vector<Item>(60, {"b", Raw().set("x", 1).bytes(), 0})) > 10);
}

TEST_CASE("the transactions of one write together have as many bytes as one may have") {
  AuthorityOptions options = test::options();
  options.limits.transaction_bytes = 1'000;
  Desk desk(options);
  const Item item{"a", Raw().set("x", std::string(400, 'v')).bytes(), 0};
  CHECK(decided(desk, std::vector<Item>(5, item)) == 2);
  const Item large{"a", Raw().set("x", std::string(2'000, 'v')).bytes(), 0};
  CHECK(decided(desk, {large, item}) == 1);
}

TEST_CASE("as many small items as a write may have, and all that a client gathers, are decided") {
  Desk desk;
  const std::size_t most = desk.authority.options().bounds.write_items;
  const Item plain{"a", Raw().set("x", 1).bytes(), 0};
  CHECK(decided(desk, std::vector<Item>(most, plain)) == most);
  std::vector<Item> spaces;
  for (int i = 0; i != 10'000; ++i)
    spaces.push_back({"s" + std::to_string(i), plain.transaction, 0});
  CHECK(decided(desk, spaces) == spaces.size());
  // Also what costs most of it: each in a namespace that comes into being, and with a lease.
  std::vector<Item> leased;
  for (int i = 0; i != 10'000; ++i)
    leased.push_back({"l" + std::to_string(i), Raw().set("x", 1, 60'000, true).bytes(), 0});
  CHECK(decided(desk, leased) == leased.size());
}

TEST_CASE("the commits that a client lacks are looked for in as many namespaces as it gathers") {
  Desk desk;
  std::vector<Item> items;
  for (int i = 0; i != 12'000; ++i) items.push_back({"s" + std::to_string(i), "\xc1", 1});
  CHECK(desk.send(items).tails.size() == 10'000);
}
