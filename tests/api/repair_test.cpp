// What was missed while updates were lost is found and told.
#include <map>
#include <string>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/gate.hpp"
#include "support/raw_client.hpp"

using namespace bulletin::test;
using bulletin::Transaction;
using bulletin::Value;

namespace {

// The broker forgets commits at once, so that what is missed comes by snapshot; or keeps them.
struct Cut {
  explicit Cut(std::size_t log_bytes) : board(through(updates, log_bytes)) {
    updates.lead_to(board.updates_endpoint());
    raw.hello();
  }

  static bulletin::BrokerOptions through(const Gate& gate, std::size_t log_bytes) {
    bulletin::BrokerOptions options = short_times();
    options.advertise = gate.endpoint();
    options.log_bytes = log_bytes;
    return options;
  }

  void write(const Transaction& transaction) { raw.write("cut", transaction); }

  Gate updates;
  Board board;
  RawClient raw{board.endpoint()};
};

std::uint64_t all_accounted(const std::vector<Told>& told) {
  std::uint64_t changes = 0;
  for (const Told& change : told) changes += 1 + change.skipped;
  return changes;
}

}  // namespace

TEST_CASE("what the broker does not keep any more is told as one row, removals included") {
  Cut cut(0);
  bulletin::Client client = cut.board.client();
  const bulletin::Namespace space = client.open("cut");
  cut.write(Transaction().set("changed", 1).set("erased", 1).set("kept", 1).set("back", 1));
  space.sync();
  Recorder recorder;
  const auto subscription = space.watch(recorder.watcher());
  REQUIRE(recorder.wait_for(4).size() == 4);

  cut.updates.shut();
  for (int i = 2; i <= 20; ++i) cut.write(Transaction().set("changed", i));  // 19
  cut.write(Transaction().erase("erased").set("new", 1));                    // 2
  cut.write(Transaction().erase("back"));                                    // 1
  cut.write(Transaction().set("back", 2));                                   // 1
  cut.write(Transaction().set("brief", 1));                                  // 1
  cut.write(Transaction().erase("brief"));                                   // 1
  cut.updates.open();

  recorder.wait_for("erased", std::nullopt);
  recorder.wait_for("changed", Value(20));
  recorder.wait_for("back", Value(2));
  auto told = recorder.wait_for("new", Value(1));
  told.erase(told.begin(), told.begin() + 4);
  REQUIRE(told.size() == 4);
  for (std::size_t i = 0; i < told.size(); ++i) {
    CHECK(told[i].resynced);
    CHECK(told[i].last == (i == 3));
    CHECK((told[i].skipped == 0 || i == 0));
  }
  CHECK(all_accounted(told) == 25);
  CHECK(space.names() == std::vector<std::string>{"back", "changed", "kept", "new"});
  CHECK(space.at<int>("kept") == 1);
}

TEST_CASE("what the broker still keeps is told commit by commit") {
  Cut cut(1 << 20);
  bulletin::Client client = cut.board.client();
  const bulletin::Namespace space = client.open("cut");
  cut.write(Transaction().set("x", 0));
  space.sync();
  Recorder recorder;
  const auto subscription = space.watch(recorder.watcher());
  recorder.wait_for(1);
  cut.updates.shut();
  for (int i = 1; i <= 30; ++i) cut.write(Transaction().set("x", i).set("y", -i));
  cut.updates.open();
  const auto told = recorder.wait_for("y", Value(-30));
  REQUIRE(told.size() == 61);
  for (std::size_t i = 1; i < told.size(); ++i) {
    CHECK(told[i].skipped == 0);
    CHECK_FALSE(told[i].resynced);
    CHECK(told[i].last == (i % 2 == 0));
  }
}

TEST_CASE(
    "a reader that the broker had to drop updates for catches up and knows how much it missed") {
  bulletin::BrokerOptions options = short_times();
  Gate updates;
  options.advertise = updates.endpoint();
  options.reader_bytes = 1 << 20;
  options.log_bytes = 64 << 10;
  const Board board(options);
  updates.lead_to(board.updates_endpoint());
  bulletin::Client client = board.client();
  RawClient raw(board.endpoint());
  raw.hello();
  const bulletin::Namespace space = client.open("cut");
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  updates.hold();
  const std::string load(200'000, 'l');
  for (int i = 0; i < 60; ++i) raw.write("cut", Transaction().set("x", i).set("load", load));
  updates.open();
  recorder.wait_for("x", Value(59));
  raw.hello();  // on a busy machine the first session has ended by now
  raw.write("cut", Transaction().set("x", 60));
  const auto told = recorder.wait_for("x", Value(60));
  CHECK(told.back().value == Value(60));
  CHECK(space.at<std::string>("load") == load);
  for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i].revision > told[i - 1].revision);
}
