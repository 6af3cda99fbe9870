#include "authority/commit_builder.hpp"

#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "support/catch.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using test::Desk;
using test::Raw;

namespace {

struct Commit {
  bool cleared = false;
  std::vector<std::string> changes;  // "name=value" or "name" removed

  friend bool operator==(const Commit&, const Commit&) = default;
};

/// The commit that a transaction on "a" becomes.
Commit commit_of(Desk& desk, const Raw& transaction) {
  desk.send({{"a", transaction.bytes(), 0}});
  const auto updates = desk.authority.commit();
  REQUIRE(updates.size() == 1);
  REQUIRE(updates[0].run.commits == 1);
  wire::Reader reader(updates[0].run.bytes);
  const wire::CommitHeader header = wire::read_commit_header(reader);
  CHECK(header.revision == desk.authority.revision());
  Commit commit{header.cleared, {}};
  for (std::size_t i = 0; i != header.changes; ++i) {
    const wire::Change change = wire::read_change(reader);
    commit.changes.emplace_back(change.name);
    if (change.value.empty()) continue;
    commit.changes.back() += "=" + std::to_string(wire::decode_value(change.value).as<int>());
  }
  reader.finish("commit");
  return commit;
}

}  // namespace

TEST_CASE("a commit has each name once, with its final effect, in the order of the first change") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("y", 2));
  const Commit commit = commit_of(
      desk, Raw().set("z", 0).erase("x").set("y", 5).set("z", 7).add("y", 1).erase("none"));
  CHECK(commit == Commit{false, {"z=7", "x", "y=6"}});
}

TEST_CASE("what came and went within a transaction is not told") {
  Desk desk;
  desk.set("a", "x", 1);
  CHECK(commit_of(desk, Raw().set("new", 1).set("y", 2).erase("new")) == Commit{false, {"y=2"}});
  CHECK(commit_of(desk, Raw().erase("x").set("x", 3)) == Commit{false, {"x=3"}});
  CHECK(commit_of(desk, Raw().set("x", 4).erase("x")) == Commit{false, {"x"}});
}

TEST_CASE("a clear tells only what is there after it") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("y", 2));
  CHECK(commit_of(desk, Raw().erase("y").clear().set("x", 5)) == Commit{true, {"x=5"}});
  CHECK(commit_of(desk, Raw().clear()) == Commit{true, {}});
}

TEST_CASE("of several clears each takes all that was set before it") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("y", 2, 0, true));
  const Raw several = Raw().set("z", 1).clear().set("x", 3).set("w", 4, 0, true).clear().clear();
  CHECK(commit_of(desk, Raw(several).set("y", 5).erase("y").set("v", 6)) == Commit{true, {"v=6"}});
  CHECK(desk.names("a") == std::vector<std::string>{"v"});
  CHECK(commit_of(desk, Raw(several)) == Commit{true, {}});
}

TEST_CASE("a clear that removes nothing is not told") {
  Desk desk;
  CHECK(commit_of(desk, Raw().clear().set("x", 1)) == Commit{false, {"x=1"}});
  CHECK(commit_of(desk, Raw().clear().set("x", 2)) == Commit{false, {"x=2"}});
}

TEST_CASE("setting the same value again is a change") {
  Desk desk;
  desk.set("a", "x", 1);
  CHECK(commit_of(desk, Raw().set("x", 1)) == Commit{false, {"x=1"}});
}
