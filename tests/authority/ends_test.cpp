// Very much that ends at once ends in portions, between which others are served.

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

namespace {

AuthorityOptions portions(std::size_t ends) {
  AuthorityOptions options = test::options();
  options.bounds.ends = ends;
  return options;
}

void fill(Desk& desk, int attributes, std::uint64_t ttl_ms, bool ephemeral) {
  Raw raw;
  for (int i = 0; i != attributes; ++i) raw.set("n" + std::to_string(i), i, ttl_ms, ephemeral);
  REQUIRE(desk.write("a", raw).status == Status::ok);
}

/// How many attributes, sessions and namespaces went with each telling of the time, until no more
/// is to end.
std::vector<std::uint64_t> ends(Desk& desk, std::uint64_t first_ms) {
  std::vector<std::uint64_t> counts;
  const auto things = [&] {
    const Authority& authority = desk.authority;
    return authority.extent().attributes + authority.sessions();
  };
  std::uint64_t milliseconds = first_ms;
  do {
    const std::uint64_t before = things();
    desk.advance(milliseconds);
    counts.push_back(before - things());
    milliseconds = 0;
  } while (desk.authority.next_end_ms() == 0 && counts.size() < 100);
  return counts;
}

using Counts = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("the ephemeral attributes of a session that is closed end in portions") {
  Desk desk(portions(10));
  fill(desk, 25, 0, true);
  desk.apply(CloseSession{desk.id(desk.session)});
  desk.authority.commit();
  CHECK(desk.authority.sessions() == 0);
  CHECK(desk.authority.next_end_ms() == 0);
  CHECK(ends(desk, 0) == Counts{10, 10, 5});
  CHECK(desk.authority.status("a").digest == 0);
}

TEST_CASE("times to live that are over at once end in portions") {
  Desk desk(portions(10));
  fill(desk, 25, 50, false);
  CHECK(ends(desk, 50) == Counts{10, 10, 5});
}

TEST_CASE("sessions that are silent for too long and what goes with them end in portions") {
  Desk desk(portions(10));
  fill(desk, 5, 0, true);
  for (int i = 0; i != 15; ++i) desk.open();
  desk.authority.commit();
  CHECK(ends(desk, desk.authority.options().session_ms) == Counts{10, 10, 1});
}

TEST_CASE("a session that waits for its end goes on when it is renewed") {
  Desk desk(portions(1));
  const std::uint64_t other = desk.open();
  desk.advance(desk.authority.options().session_ms);
  CHECK(desk.authority.sessions() == 1);
  CHECK_FALSE(desk.apply(Renew{desk.id(other)}).refused());
  desk.advance(0);
  CHECK(desk.authority.sessions() == 1);
}

TEST_CASE("namespaces are forgotten in portions") {
  Desk desk(portions(10));
  for (int i = 0; i != 25; ++i) {
    desk.set("n" + std::to_string(i), "x", 1);
    desk.erase("n" + std::to_string(i), "x");
  }
  desk.pass_silence();
  CHECK(desk.authority.namespaces() == 15);
  desk.advance(0);
  desk.advance(0);
  CHECK(desk.authority.namespaces() == 0);
}

TEST_CASE("what outlived its session is absent for what is decided") {
  Desk desk;
  desk.write("a", Raw().set("set", 1, 0, true).set("add", 5, 0, true).set("other", 1, 0, true));
  const std::uint64_t revision = desk.revision("a", "other");
  const std::uint64_t gone = desk.session;
  desk.session = desk.open();
  desk.apply(CloseSession{desk.id(gone)});
  CHECK(desk.write("a", Raw().require("other", revision).set("x", 1)).status == Status::lost);
  CHECK(desk.write("a", Raw().require("set", 0).set("set", 2, 0, true)).status == Status::ok);
  CHECK(desk.write("a", Raw().add("add", 1)).status == Status::ok);
  desk.advance(0);
  CHECK(desk.names("a") == std::vector<std::string>{"add", "set"});
  CHECK(desk.value("a", "add") == 1);
  CHECK(desk.value("a", "set") == 2);
}

TEST_CASE("an end in portions can be taken back, and goes on after a restart") {
  Desk desk(portions(10));
  fill(desk, 25, 0, true);
  desk.apply(CloseSession{desk.id(desk.session)});
  desk.advance(0);
  const std::string before = desk.authority.describe();
  desk.apply(Advance{0});
  desk.apply(Advance{0});
  desk.authority.abandon();
  CHECK(desk.authority.describe() == before);
  CHECK(desk.authority.next_end_ms() == 0);

  test::Store store = test::store_of(desk.authority);
  store.newest = {desk.authority.revision(), desk.authority.clock_ms(), 0, desk.session + 1};
  Desk again(portions(10));
  again.authority = Authority(portions(10));
  again.authority.restore([&](StateVisitor& visitor) { store.tell(visitor); });
  CHECK(ends(again, 0) == Counts{10, 5});
}
