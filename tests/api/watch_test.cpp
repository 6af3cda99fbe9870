// What a watch is told, and in which order.
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "api/open_board.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Errc;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

// The rows: changes up to one with `last`.
std::vector<std::vector<Told>> rows_of(const std::vector<Told>& told) {
  std::vector<std::vector<Told>> rows(1);
  for (const Told& change : told) {
    rows.back().push_back(change);
    if (change.last) rows.emplace_back();
  }
  CHECK(rows.back().empty());  // every row has an end
  rows.pop_back();
  return rows;
}

}  // namespace

TEST_CASE("a watch first tells the current values, in one row") {
  OpenBoard open;
  std::map<std::string, Revision> revisions;
  for (const char* name : {"b", "a", "c"}) revisions[name] = open.space.set(name, name);
  Recorder recorder;
  const auto subscription = open.space.watch(recorder.watcher());
  CHECK(static_cast<bool>(subscription));
  const auto told = recorder.wait_for(3);
  const auto rows = rows_of(told);
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].size() == 3);
  auto expected = revisions.begin();
  for (const Told& change : rows[0]) {
    CHECK(change.name == expected->first);
    CHECK(change.value == Value(expected->first));
    CHECK(change.revision == expected->second);
    CHECK(change.resynced);
    CHECK(change.skipped == 0);
    ++expected;
  }
}

TEST_CASE("a watch of one attribute tells that one only") {
  OpenBoard open;
  open.space.set("x", 1);
  open.space.set("xx", 2);
  Recorder recorder;
  const auto subscription = open.space.watch("x", recorder.watcher());
  open.other.set("y", 1);
  open.other.commit(Transaction().set("a", 1).set("x", 3).set("z", 1));
  open.other.erase("xx");
  open.other.erase("x");
  const auto told = recorder.wait_for("x", std::nullopt);
  REQUIRE(told.size() == 3);
  CHECK(told[0].value == Value(1));
  CHECK(told[0].resynced);
  CHECK(told[1].value == Value(3));
  CHECK_FALSE(told[1].resynced);
  for (const Told& change : told) {
    CHECK(change.name == "x");
    CHECK(change.last);
    CHECK(change.skipped == 0);
  }
}

TEST_CASE("a watch of an attribute that does not exist tells it when it comes") {
  OpenBoard open;
  Recorder recorder;
  const auto subscription = open.space.watch("x", recorder.watcher());
  const Revision revision = open.other.set("x", 1);
  const auto told = recorder.wait_for(1);
  REQUIRE(told.size() == 1);
  CHECK(told[0].revision == revision);
  CHECK_FALSE(told[0].resynced);
}

TEST_CASE("the changes of a commit come in a row with one revision") {
  OpenBoard open;
  open.space.set("old", 1);
  open.space.set("x", 0);
  Recorder mine;
  Recorder others;
  open.other.sync();
  const auto subscription = open.space.watch(mine.watcher());
  const auto second = open.other.watch(others.watcher());
  mine.wait_for(2);
  others.wait_for(2);
  const Revision revision = *open.space.commit(
      Transaction().set("x", 1).set("y", 2).erase("old").erase("nobody").add("n", 1));
  for (const Recorder* recorder : {&mine, &others}) {
    const auto rows = rows_of(recorder->wait_for(6));
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[1].size() == 4);
    std::map<std::string, std::optional<Value>> changes;
    for (const Told& change : rows[1]) {
      CHECK(change.revision == revision);
      CHECK_FALSE(change.resynced);
      CHECK(change.skipped == 0);
      changes[change.name] = change.value;
    }
    CHECK(changes == std::map<std::string, std::optional<Value>>{
                         {"x", 1}, {"y", 2}, {"old", std::nullopt}, {"n", 1}});
  }
}

TEST_CASE("a removal is told as a null value, and clear as a row of them") {
  OpenBoard open;
  open.space.commit(Transaction().set("a", 1).set("b", 2).set("c", 3));
  Recorder recorder;
  const auto subscription = open.other.watch(recorder.watcher());
  recorder.wait_for(3);
  open.space.erase("b");
  open.space.erase("b");
  open.space.commit(Transaction().clear());
  const auto rows = rows_of(recorder.wait_for(6));
  REQUIRE(rows.size() == 3);
  REQUIRE(rows[1].size() == 1);
  CHECK(rows[1][0].name == "b");
  CHECK_FALSE(rows[1][0].value);
  REQUIRE(rows[2].size() == 2);
  for (const Told& change : rows[2]) {
    CHECK_FALSE(change.value);
    CHECK(change.revision == open.space.revision());
  }
}

TEST_CASE("every commit is told, in order, also the client's own") {
  OpenBoard open;
  Recorder mine;
  Recorder others;
  const auto first = open.space.watch("x", mine.watcher());
  const auto second = open.other.watch("x", others.watcher());
  std::vector<Revision> revisions;
  for (int i = 0; i < 300; ++i) {
    const bulletin::Namespace& writer = i % 3 == 0 ? open.other : open.space;
    revisions.push_back(writer.set("x", i));
  }
  for (const Recorder* recorder : {&mine, &others}) {
    const auto told = recorder->wait_for(revisions.size());
    REQUIRE(told.size() == revisions.size());
    for (std::size_t i = 0; i < told.size(); ++i) {
      CHECK(told[i].revision == revisions[i]);
      CHECK(told[i].value == Value(i));
    }
  }
}

TEST_CASE("a watch that begins while others write misses nothing and is told nothing twice") {
  OpenBoard open;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) open.other.set("x", i);
  });
  for (int round = 0; round < 30; ++round) {
    Recorder recorder;
    const auto subscription = open.space.watch(recorder.watcher());
    const auto told = recorder.wait_for(20);
    for (std::size_t i = 1; i < told.size(); ++i) {
      REQUIRE(told[i].value->as<int>() == told[i - 1].value->as<int>() + 1);
      REQUIRE(told[i].revision > told[i - 1].revision);
      REQUIRE(told[i].skipped == 0);
      REQUIRE_FALSE(told[i].resynced);
    }
  }
  stop = true;
  writer.join();
}

TEST_CASE("all watches of a client are told, each what it asked for") {
  OpenBoard open;
  const bulletin::Namespace elsewhere = open.client.open("elsewhere");
  Recorder all;
  Recorder all_again;
  Recorder x;
  Recorder other;
  const auto a = open.space.watch(all.watcher());
  const auto b = open.space.watch(all_again.watcher());
  const auto c = open.space.watch("x", x.watcher());
  const auto d = elsewhere.watch(other.watcher());
  open.space.set("x", 1);
  open.space.set("y", 1);
  elsewhere.set("x", 2);
  CHECK(other.wait_for(1).size() == 1);
  CHECK(all.wait_for(2).size() == 2);
  CHECK(all_again.wait_for(2).size() == 2);
  CHECK(x.wait_for(1).size() == 1);
}

TEST_CASE("what a callback reads is at least as new as what it is told") {
  OpenBoard open;
  std::atomic<int> told{0};
  std::atomic<int> older{0};
  const auto subscription = open.space.watch("x", [&](const bulletin::Change& change) {
    if (open.space.at<int>("x") < change.value->as<int>()) ++older;
    if (open.space.revision() < change.revision) ++older;
    ++told;
  });
  for (int i = 0; i < 200; ++i) open.other.set("x", i);
  CHECK(await([&] { return told == 200; }));
  CHECK(older == 0);
}

TEST_CASE("values of every size reach a watch") {
  OpenBoard open;
  Recorder recorder;
  const auto subscription = open.space.watch(recorder.watcher());
  for (const std::size_t size : {0U, 1U, 1'000U, 70'000U, 1'000'000U}) {
    open.other.set("x", std::string(size, 'v'));
    const auto told = recorder.wait_for("x", Value(std::string(size, 'v')));
    CHECK(told.back().value->as<std::string>().size() == size);
  }
}

TEST_CASE("a watch without a callback is rejected") {
  OpenBoard open;
  CHECK(code_of([&] { (void)open.space.watch(nullptr); }) == Errc::rejected);
  CHECK(code_of([&] { (void)open.space.watch("x", nullptr); }) == Errc::rejected);
}

TEST_CASE("wait_until returns when the value is there, and false when the time is over") {
  OpenBoard open;
  using namespace std::chrono_literals;
  CHECK_FALSE(open.space.wait_for(
      "x", [](const Value&) { return true; }, 30ms));
  CHECK_FALSE(open.space.wait_for(
      "x", [](const Value&) { return true; }, 0ms));
  open.space.set("x", 1);
  CHECK(open.space.wait_for(
      "x", [](const Value&) { return true; }, 0ms));
  CHECK_FALSE(open.space.wait_for(
      "x", [](const Value& x) { return x == 2; }, 30ms));
  std::thread writer([&] { open.other.set("x", 2); });
  CHECK(open.space.wait_for(
      "x", [](const Value& x) { return x == 2; }, patience));
  writer.join();
  CHECK(open.space.wait_for(
      "x", [](const Value& x) { return x == 2; }, std::chrono::milliseconds::max()));
  CHECK_THROWS_AS(open.space.wait_for(
                      "x", [](const Value&) -> bool { throw 7; }, patience),
                  int);
}
