#include "authority/turn_commits.hpp"

#include "authority/desk.hpp"
#include "support/catch.hpp"
#include "wire/limits.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;

namespace {

/// Sends so many writes of about so many bytes in one turn and returns the updates' numbers of
/// commits. Checks that the updates follow each other.
std::vector<std::size_t> updates_of(Desk& desk, std::size_t writes, std::size_t bytes) {
  std::uint64_t previous = desk.authority.status("a").revision;
  for (std::size_t i = 0; i != writes; ++i) {
    desk.send({{"a", Raw().set("x" + std::to_string(i), std::string(bytes, 'v')).bytes(), 0}});
  }
  std::vector<std::size_t> commits;
  for (const Publication& update : desk.authority.commit()) {
    CHECK(update.space == "a");
    CHECK(update.run.previous == previous);
    previous = update.run.revision;
    commits.push_back(update.run.commits);
    const std::string body = wire::encode(wire::CommitsUpdate{{}, update.run});
    CHECK((body.size() <= wire::update_bytes || update.run.commits == 1));
    const wire::Update decoded = wire::decode_update(body);
    CHECK(std::get<wire::CommitsUpdate>(decoded).run.commits == update.run.commits);
  }
  CHECK(previous == desk.authority.status("a").revision);
  return commits;
}

}  // namespace

TEST_CASE("the commits of a turn are one update of each namespace, in the order of their first") {
  Desk desk;
  desk.send({{"b", Raw().set("x", 1).bytes(), 0},
             {"a", Raw().set("x", 1).bytes(), 0},
             {"b", Raw().set("x", 2).set("y", 2).bytes(), 0}});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 2);
  CHECK(updates[0].space == "b");
  CHECK(updates[0].run.commits == 2);
  CHECK(updates[0].run.previous == 0);
  CHECK(updates[0].run.revision == test::first_revision + 2);
  CHECK(updates[0].run.count == 3);
  CHECK(updates[1].space == "a");
  CHECK(updates[1].run.commits == 1);
}

TEST_CASE("a turn without changes publishes nothing") {
  Desk desk;
  desk.apply(Advance{1});
  CHECK(desk.authority.commit().empty());
  CHECK(desk.authority.commit().empty());
}

TEST_CASE("many commits become updates that are full, but not over-full") {
  Desk desk;
  const std::vector<std::size_t> commits = updates_of(desk, 100, 1'000);
  CHECK(commits == std::vector<std::size_t>{64, 36});
}

TEST_CASE("a commit that is larger than an update is one of its own") {
  Desk desk;
  CHECK(updates_of(desk, 3, 100'000) == std::vector<std::size_t>{1, 1, 1});
  Desk mixed;
  mixed.send({{"a", Raw().set("s", 1).bytes(), 0},
              {"a", Raw().set("l", std::string(100'000, 'l')).bytes(), 0},
              {"a", Raw().set("t", 1).bytes(), 0},
              {"a", Raw().set("u", 1).bytes(), 0}});
  std::vector<std::size_t> commits;
  for (const Publication& update : mixed.authority.commit()) commits.push_back(update.run.commits);
  CHECK(commits == std::vector<std::size_t>{1, 1, 2});
}
