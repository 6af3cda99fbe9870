// What a reader may see, with other clients writing all the time.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

// Runs a function in a thread until it goes out of scope.
class Background {
 public:
  template <class F>
  explicit Background(F&& turn)
      : thread_([this, turn = std::forward<F>(turn)]() mutable {
          for (int i = 1; !stop_; ++i) turn(i);
        }) {}
  ~Background() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("no snapshot shows half of a transaction") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace writer = writing.open("bank");
  const bulletin::Namespace reader = reading.open("bank");
  writer.commit(Transaction().set("a", 0).set("b", 0).set("c", ""));
  reader.sync();
  std::atomic<int> torn{0};
  std::atomic<int> seen{0};
  {
    Background transfers([&](int i) {
      Transaction transfer;
      transfer.set("a", i).set("b", -i).set("c",
                                            std::string(static_cast<std::size_t>(i % 500), 'c'));
      if (i % 2 == 0) transfer.set("even", i);
      if (i % 2 == 1) transfer.erase("even");
      writer.commit(transfer);
    });
    std::vector<std::thread> readers;
    for (int thread = 0; thread < 2; ++thread) {
      readers.emplace_back([&] {
        Revision last;
        int changes = 0;
        const bool moved = await([&] {
          const bulletin::Snapshot all = reader.snapshot();
          const int a = all.at<int>("a");
          const bool whole =
              all.at<int>("b") == -a && (a == 0 || all.contains("even") == (a % 2 == 0)) &&
              all.at<std::string>("c").size() == static_cast<std::size_t>(a % 500) &&
              all.read<int>("a")->revision == all.revision() && all.revision() >= last;
          if (!whole) ++torn;
          if (all.revision() != last) ++changes;
          last = all.revision();
          return changes > 100;
        });
        if (moved) ++seen;
      });
    }
    for (std::thread& thread : readers) thread.join();
  }
  CHECK(torn == 0);
  CHECK(seen == 2);
}

TEST_CASE("a watch under a writer of transactions is told whole rows") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace writer = writing.open("bank");
  const bulletin::Namespace reader = reading.open("bank");
  Recorder recorder;
  const auto subscription = reader.watch(recorder.watcher());
  for (int i = 1; i <= 200; ++i) writer.commit(Transaction().set("a", i).set("b", -i));
  const auto told = recorder.wait_for("b", Value(-200));
  REQUIRE(told.size() == 400);
  for (std::size_t i = 0; i < told.size(); i += 2) {
    CHECK(told[i].revision == told[i + 1].revision);
    CHECK_FALSE(told[i].last);
    CHECK(told[i + 1].last);
    CHECK(told[i].value->as<int>() == -told[i + 1].value->as<int>());
  }
}

TEST_CASE("an attribute never goes back to an older revision") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace writer = writing.open("forward");
  const bulletin::Namespace reader = reading.open("forward");
  const auto handle = reader.attribute<int>("x");
  std::atomic<int> back{0};
  {
    Background other([&](int i) { writer.set("x", i); });
    // Own writes take the answer's way, the other's the stream's.
    Background own([&](int i) {
      if (i % 3 == 0) reader.set("x", -i);
      reader.add("count", 1);
    });
    Revision last;
    int moves = 0;
    CHECK(await([&] {
      for (const auto& now : {reader.read<int>("x"), handle.read()}) {
        if (!now) continue;
        if (now->revision < last) ++back;
        if (now->revision > last) ++moves;
        last = now->revision;
      }
      return moves > 300;
    }));
  }
  CHECK(back == 0);
}

TEST_CASE("a value and its revision are taken together") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace writer = writing.open("together");
  const bulletin::Namespace reader = reading.open("together");
  std::vector<Revision> revisions{Revision()};
  std::vector<std::pair<int, Revision>> seen;
  std::atomic<bool> stop{false};
  std::thread watcher([&] {
    const auto handle = reader.attribute<int>("x");
    while (!stop) {
      if (const auto now = handle.read(); now && (seen.empty() || seen.back().first != now->value))
        seen.emplace_back(now->value, now->revision);
      if (const auto now = reader.read<std::string>("text");
          now && now->value.size() > 0 && seen.size() < 5'000)
        seen.emplace_back(std::stoi(now->value), now->revision);
    }
  });
  for (int i = 1; i <= 500; ++i) {
    revisions.push_back(*writer.commit(Transaction().set("x", i).set("text", std::to_string(i))));
  }
  reader.sync();
  stop = true;
  watcher.join();
  CHECK(seen.size() > 1);
  for (const auto& [value, revision] : seen)
    REQUIRE(revision == revisions[static_cast<std::size_t>(value)]);
}

TEST_CASE("open returns complete while others write") {
  const Board board;
  bulletin::Client writing = board.client();
  const bulletin::Namespace writer = writing.open("busy");
  Transaction many;
  for (int i = 0; i < 2'000; ++i) many.set("n" + std::to_string(i), std::string(100, 'x'));
  writer.commit(many);
  std::atomic<std::uint64_t> committed{0};
  {
    Background changes([&](int i) {
      const Revision revision =
          i % 10 == 0 ? (writer.erase("n" + std::to_string(i % 2'000)), writer.revision())
                      : writer.set("n" + std::to_string(i % 2'000), i);
      committed = revision.value();
    });
    for (int round = 0; round < 15; ++round) {
      const std::uint64_t before = committed;
      bulletin::Client late = board.client();
      const bulletin::Namespace space = late.open("busy");
      const bulletin::Snapshot first = space.snapshot();
      REQUIRE(first.revision().value() >= before);
      REQUIRE(first.size() >= 1'700);
      Recorder recorder;
      const auto subscription = space.watch(recorder.watcher());
      const std::size_t size = space.size();
      const auto told = recorder.wait_for(size + 10);
      for (std::size_t i = 1; i < told.size(); ++i) {
        if (told[i].resynced) continue;
        REQUIRE(told[i].skipped == 0);
        if (!told[i - 1].resynced) REQUIRE(told[i].revision > told[i - 1].revision);
      }
    }
  }
  bulletin::Client late = board.client();
  const bulletin::Namespace space = late.open("busy");
  const bulletin::Snapshot theirs = space.snapshot();
  const bulletin::Snapshot ours = writer.snapshot();
  CHECK(theirs.revision() == ours.revision());
  CHECK(theirs.names() == ours.names());
  for (const auto& entry : ours) {
    REQUIRE(theirs.at<Value>(entry.name) == entry.value);
    REQUIRE(theirs.read<Value>(entry.name)->revision == entry.revision);
  }
}

TEST_CASE("many namespaces are opened at once by many threads") {
  const Board board;
  bulletin::Client client = board.client();
  bulletin::Client writing = board.client();
  for (int i = 0; i < 40; ++i) writing.open("s" + std::to_string(i)).set("x", i);
  std::atomic<int> right{0};
  std::vector<std::thread> openers;
  for (int thread = 0; thread < 4; ++thread) {
    openers.emplace_back([&] {
      for (int i = 0; i < 40; ++i) {
        if (client.open("s" + std::to_string(i)).get_or("x", -1) == i) ++right;
      }
    });
  }
  for (std::thread& thread : openers) thread.join();
  CHECK(right == 160);
}

TEST_CASE("every write reads its own result, whatever others write") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client client = board.client();
  const bulletin::Namespace other = writing.open("own");
  const bulletin::Namespace own = client.open("own");
  Background noise([&](int i) { other.set("contended", -i); });
  Background more([&](int i) { other.commit(Transaction().set("a", i).set("b", i)); });
  for (int i = 0; i < 150; ++i) {
    const Revision set = own.set("mine", i);
    REQUIRE(own.revision() >= set);
    REQUIRE(own.at<int>("mine") == i);
    REQUIRE(own.read<int>("mine")->revision == set);
    const Revision async = own.set_async("mine", i + 1).get();
    REQUIRE(own.revision() >= async);
    REQUIRE(own.at<int>("mine") == i + 1);
    const std::int64_t sum = own.add("count", 1);
    REQUIRE(own.at<std::int64_t>("count") == sum);
    const auto committed = own.commit(Transaction().set("p", i).erase("q"));
    REQUIRE(own.read<int>("p")->revision == *committed);
    own.set("q", i);
    REQUIRE(own.erase("q"));
    REQUIRE_FALSE(own.contains("q"));
  }
}

TEST_CASE("who lost a race holds what won it") {
  const Board board;
  bulletin::Client first = board.client();
  bulletin::Client second = board.client();
  const bulletin::Namespace mine = first.open("race");
  const bulletin::Namespace theirs = second.open("race");
  mine.set("x", 0);
  theirs.sync();
  for (int i = 1; i <= 100; ++i) {
    const Revision old = mine.read<int>("x")->revision;
    const Revision won = theirs.set("x", i);
    REQUIRE_FALSE(mine.compare_and_set("x", old, -1));
    REQUIRE(mine.read<int>("x")->revision == won);
    REQUIRE(mine.at<int>("x") == i);
    const Revision next = theirs.set("x", i);
    REQUIRE_FALSE(mine.commit(Transaction().require("x", won).set("y", 1)));
    REQUIRE(mine.read<int>("x")->revision == next);
  }
}

TEST_CASE("sync has everything that was committed before") {
  const Board board;
  bulletin::Client first = board.client();
  bulletin::Client second = board.client();
  const bulletin::Namespace writer = first.open("linear");
  const bulletin::Namespace reader = second.open("linear");
  for (int i = 0; i < 150; ++i) {
    const Revision revision = writer.set("x", i);
    reader.sync();
    REQUIRE(reader.at<int>("x") == i);
    REQUIRE(reader.revision() >= revision);
  }
  const bulletin::Namespace nothing = second.open("nothing/here");
  nothing.sync();
  CHECK(nothing.empty());
}

TEST_CASE("a write sees what was committed to its namespace before, and so does sync elsewhere") {
  const Board board;
  bulletin::Client first = board.client();
  bulletin::Client second = board.client();
  const bulletin::Namespace orders = first.open("orders");
  const bulletin::Namespace stock = first.open("stock");
  const bulletin::Namespace seen_orders = second.open("orders");
  const bulletin::Namespace seen_stock = second.open("stock");
  for (int i = 1; i <= 100; ++i) {
    stock.set("left", -i);
    orders.set("placed", i);
    seen_orders.sync();
    REQUIRE(seen_orders.at<int>("placed") == i);
    seen_stock.set("looked", i);
    REQUIRE(seen_stock.at<int>("left") == -i);
    stock.set("left", i);
    seen_stock.sync();
    REQUIRE(seen_stock.at<int>("left") == i);
  }
}
