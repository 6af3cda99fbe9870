#include "authority/lease_table.hpp"

#include <limits>

#include "authority/desk.hpp"
#include "support/catch.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using Names = std::vector<std::string>;

TEST_CASE("ephemeral attributes go when their session is closed") {
  Desk desk;
  desk.write("a", Raw().set("mine", 1, 0, true).set("stays", 2));
  desk.write("b", Raw().set("mine", 1, 0, true));
  const std::uint64_t first = desk.session;
  desk.session = desk.open();
  desk.write("a", Raw().set("other", 1, 0, true));
  desk.apply(CloseSession{desk.id(first)});
  desk.advance(0);
  CHECK(desk.names("a") == Names{"other", "stays"});
  CHECK(desk.names("b").empty());
}

TEST_CASE("ephemeral attributes go when their session has been silent for too long") {
  Desk desk;
  desk.write("a", Raw().set("mine", 1, 0, true).set("stays", 2));
  desk.advance(desk.authority.options().session_ms);
  CHECK(desk.names("a") == Names{"stays"});
}

TEST_CASE("a time to live ends its attribute, to the millisecond") {
  Desk desk;
  desk.advance(100);
  desk.write("a", Raw().set("short", 1, 50, false).set("long", 2, 60, false).set("stays", 3));
  desk.advance(49);
  CHECK(desk.names("a") == Names{"long", "short", "stays"});
  desk.advance(1);
  CHECK(desk.names("a") == Names{"long", "stays"});
  desk.advance(1000);
  CHECK(desk.names("a") == Names{"stays"});
}

TEST_CASE("a time to live beyond all time is for ever") {
  Desk desk;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  desk.advance(5);
  desk.write("a", Raw().set("x", 1, most - 1, false));
  desk.advance(most / 2);
  CHECK(desk.names("a") == Names{"x"});
}

TEST_CASE("a plain set ends what would have ended the attribute, and add keeps it") {
  Desk desk;
  desk.write("a", Raw().set("set", 1, 50, true).set("add", 1, 50, false).set("eph", 1, 0, true));
  desk.write("a", Raw().set("set", 2).add("add", 1).add("eph", 1));
  desk.advance(50);
  CHECK(desk.names("a") == Names{"eph", "set"});
  desk.apply(CloseSession{desk.id(desk.session)});
  desk.advance(0);
  CHECK(desk.names("a") == Names{"set"});
}

TEST_CASE("a new lease takes the place of the old one") {
  Desk desk;
  desk.write("a", Raw().set("x", 1, 50, false));
  desk.advance(40);
  desk.write("a", Raw().set("x", 2, 50, false));
  desk.advance(40);
  CHECK(desk.value("a", "x") == 2);
  desk.advance(10);
  CHECK(desk.names("a").empty());
}

TEST_CASE("an ephemeral attribute that another session sets belongs to that one") {
  Desk desk;
  const std::uint64_t first = desk.session;
  desk.write("a", Raw().set("x", 1, 0, true));
  desk.session = desk.open();
  desk.write("a", Raw().set("x", 2, 0, true));
  desk.apply(CloseSession{desk.id(first)});
  desk.advance(0);
  CHECK(desk.value("a", "x") == 2);
}

TEST_CASE("what was erased with its lease comes back without it") {
  Desk desk;
  desk.write("a", Raw().set("x", 1, 50, true));
  desk.write("a", Raw().erase("x").add("x", 5));
  desk.write("a", Raw().set("y", 1, 50, true));
  desk.write("a", Raw().clear().set("y", 6).set("x", 5));
  desk.advance(desk.authority.options().session_ms);
  CHECK(desk.names("a") == Names{"x", "y"});
}

TEST_CASE(
    "what ends together ends in one commit of each namespace, within a transaction's limits") {
  AuthorityOptions options = test::options();
  options.limits.transaction_operations = 10;
  Desk desk(options);
  for (int i = 0; i != 25; ++i) {
    desk.write("b", Raw().set("n" + std::to_string(i), i, 50, i % 2 == 0));
    desk.write("a", Raw().set("n" + std::to_string(i), i, i % 2 == 0 ? 0 : 50, true));
  }
  desk.apply(Advance{options.session_ms});
  std::vector<std::pair<std::string, std::size_t>> commits;
  for (const Publication& update : desk.authority.commit()) {
    commits.emplace_back(update.space, update.run.commits);
  }
  CHECK(commits == std::vector<std::pair<std::string, std::size_t>>{{"a", 3}, {"b", 3}});
  CHECK(desk.names("a").empty());
  CHECK(desk.names("b").empty());
  CHECK(desk.authority.status("a").digest == 0);
}

TEST_CASE("leases that are over are found by session and by deadline and can be taken back") {
  LeaseTable table;
  table.grant(1, {nullptr, 7, 0, 0});
  table.grant(2, {nullptr, 7, 30, 0});
  table.grant(3, {nullptr, 0, 20, 0});
  table.grant(4, {nullptr, 6, 0, 0});
  table.commit();
  const auto over = [&](std::size_t most) {
    const std::size_t mark = table.mark();
    std::vector<Leased> found;
    table.take_over(30, most, found);
    table.rollback(mark);
    std::vector<Handle> result;
    for (const Leased& leased : found) result.push_back(leased.handle);
    return result;
  };
  CHECK(over(9) == std::vector<Handle>{3, 2});
  CHECK(over(1) == std::vector<Handle>{3});
  CHECK(table.next_deadline() == 20);
  const std::size_t mark = table.mark();
  table.end_session(7);
  table.end_session(8);  // has none
  CHECK(table.next_deadline() == 0);
  CHECK(table.outlives_session(2));
  CHECK_FALSE(table.outlives_session(4));
  CHECK(over(9) == std::vector<Handle>{1, 2, 3, 2});
  CHECK(over(1) == std::vector<Handle>{1});
  table.end_session(6);
  CHECK(over(9) == std::vector<Handle>{4, 1, 2, 3, 2});
  table.end(2);
  table.grant(2, {nullptr, 0, 5, 0});
  table.end(1);
  CHECK(over(9) == std::vector<Handle>{4, 2, 3});
  table.rollback(mark);
  CHECK(over(9) == std::vector<Handle>{3, 2});
  CHECK(table.find(2)->number == 2);
  table.end_session(7);
  std::vector<Leased> found;
  table.take_over(0, 9, found);
  for (const Leased& leased : found) table.end(leased.handle);
  table.commit();
  CHECK(table.next_deadline() == 20);
}
