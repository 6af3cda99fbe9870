// Several threads and several clients.
#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/open_board.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

template <class F>
void in_threads(int count, F&& f) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([&f, i] { f(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("several threads write through one client: distinct revisions, in each thread's order") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("threads");
  std::vector<std::vector<Revision>> revisions(8);
  std::atomic<int> wrong{0};
  in_threads(8, [&](int thread) {
    const std::string name = "t" + std::to_string(thread);
    auto& mine = revisions[static_cast<std::size_t>(thread)];
    for (int i = 0; i < 100; ++i) {
      mine.push_back(space.set(name, i));
      const auto read = space.read<int>(name);
      if (!read || read->value != i || read->revision != mine.back()) ++wrong;
    }
  });
  CHECK(wrong == 0);
  std::set<std::uint64_t> all;
  for (const auto& mine : revisions) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    for (const Revision revision : mine) all.insert(revision.value());
  }
  CHECK(all.size() == 800);
}

TEST_CASE("set_async keeps the order of its calls, at every reader") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace writer = writing.open("order");
  Recorder recorder;
  const auto subscription = reading.open("order").watch("x", recorder.watcher());
  std::vector<bulletin::Future<Revision>> futures;
  for (int i = 0; i < 20'000; ++i) futures.push_back(writer.set_async("x", i));
  Revision last;
  for (auto& future : futures) {
    const Revision next = future.get();
    REQUIRE(next > last);
    last = next;
  }
  CHECK(writer.at<int>("x") == 19'999);
  const auto told = recorder.wait_for("x", Value(19'999));
  int previous = -1;
  std::uint64_t counted = 0;
  for (const Told& change : told) {
    const int now = change.value->as<int>();
    REQUIRE(now > previous);
    previous = now;
    counted += 1 + change.skipped;
  }
  CHECK(counted == 20'000);
}

TEST_CASE("threads that write with and without waiting keep each its own order") {
  const Board board;
  bulletin::Client client = board.client();
  bulletin::Client reading = board.client();
  const bulletin::Namespace space = client.open("order");
  Recorder recorder;
  const auto subscription = reading.open("order").watch(recorder.watcher());
  in_threads(4, [&](int thread) {
    const std::string name = "t" + std::to_string(thread);
    bulletin::Future<Revision> last;
    for (int i = 0; i < 500; ++i) {
      if (i % 10 == thread) {
        space.set(name, i);
      } else if (i % 10 == 9) {
        space.commit(Transaction().set(name, i));
      } else {
        last = space.set_async(name, i);
      }
    }
    last = space.set_async(name, 500);
    last.get();
  });
  for (int thread = 0; thread < 4; ++thread)
    recorder.wait_for("t" + std::to_string(thread), Value(500));
  std::map<std::string, int> next;
  for (const Told& change : recorder.all()) {
    REQUIRE(change.skipped == 0);
    REQUIRE(change.value == Value(next[change.name]++));
  }
}

TEST_CASE("a client that writes without a pause hears of everything all the same") {
  OpenBoard open;
  Recorder recorder;
  const auto subscription = open.space.watch("y", recorder.watcher());
  std::atomic<bool> stop = false;
  std::thread busy([&] {
    for (int i = 0; !stop; ++i) open.space.set("x", i);
  });
  for (int i = 0; i < 300; ++i) {
    open.other.set("y", i);
    if (i % 100 == 50) {  // what is subscribed changes meanwhile
      const std::string name = "board" + std::to_string(i);
      open.second.open(name).set("z", i);
      CHECK(open.client.open(name).at<int>("z") == i);
    }
  }
  const auto told = recorder.wait_for("y", Value(299));
  stop = true;
  busy.join();
  REQUIRE(told.size() == 300);
  for (std::size_t i = 0; i < told.size(); ++i)
    REQUIRE(told[i].value == Value(static_cast<int>(i)));
}

TEST_CASE("no increment is lost by add, from 8 threads and 2 clients") {
  const Board board;
  bulletin::Client first = board.client();
  bulletin::Client second = board.client();
  const std::vector<bulletin::Namespace> spaces{first.open("count"), second.open("count")};
  std::vector<std::vector<std::int64_t>> sums(8);
  in_threads(8, [&](int thread) {
    const auto& space = spaces[static_cast<std::size_t>(thread % 2)];
    for (int i = 0; i < 100; ++i)
      sums[static_cast<std::size_t>(thread)].push_back(space.add("n", 1));
  });
  std::set<std::int64_t> distinct;
  for (const auto& mine : sums) {
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    distinct.insert(mine.begin(), mine.end());
  }
  CHECK(distinct.size() == 800);
  CHECK(*distinct.rbegin() == 800);
  for (const auto& space : spaces) {
    space.sync();
    CHECK(space.at<int>("n") == 800);
  }
}

TEST_CASE("no increment is lost by update, from 8 threads and 2 clients") {
  const Board board;
  bulletin::Client first = board.client();
  bulletin::Client second = board.client();
  const std::vector<bulletin::Namespace> spaces{first.open("count"), second.open("count")};
  in_threads(8, [&](int thread) {
    const auto& space = spaces[static_cast<std::size_t>(thread % 2)];
    for (int i = 0; i < 15; ++i)
      space.update<int>("n", [](std::optional<int> n) { return n.value_or(0) + 1; });
  });
  for (const auto& space : spaces) {
    space.sync();
    CHECK(space.at<int>("n") == 120);
  }
}

TEST_CASE("readers of every kind go on while attributes come, change their type and go") {
  const Board board;
  bulletin::Client writing = board.client();
  bulletin::Client client = board.client();
  const bulletin::Namespace writer = writing.open("wild");
  const bulletin::Namespace space = client.open("wild");
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 3; ++thread) {
    readers.emplace_back([&] {
      const auto handle = space.attribute<Value>("x");
      while (!stop) {
        const auto by_name = space.read<Value>("x");
        const auto by_handle = handle.read();
        const auto in_all = space.snapshot().get<Value>("x");
        for (const auto& value :
             {by_name ? std::optional(by_name->value) : std::nullopt,
              by_handle ? std::optional(by_handle->value) : std::nullopt, in_all}) {
          if (!value) continue;
          // Text is as long as its first character says.
          if (const auto text = value->get_if<std::string>()) {
            if (text->size() != static_cast<std::size_t>(text->front() - 'a' + 1) * 50) ++wrong;
          } else if (value->type() != Value::Type::integer && value->type() != Value::Type::real) {
            ++wrong;
          }
        }
        space.contains("x");
        space.names();
      }
    });
  }
  for (int i = 0; i < 600; ++i) {
    const auto size = static_cast<std::size_t>(i % 26);
    if (i % 5 == 0) writer.erase("x");
    if (i % 5 == 1) writer.set("x", i);
    if (i % 5 == 2) writer.set("x", std::string((size + 1) * 50, static_cast<char>('a' + size)));
    if (i % 5 == 3) writer.set("x", 0.5 * i);
    if (i % 5 == 4) writer.set("y" + std::to_string(i), i);
  }
  stop = true;
  for (std::thread& thread : readers) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("private attributes may be set and read by several threads") {
  const Board board;
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("private");
  std::atomic<int> wrong{0};
  in_threads(4, [&](int thread) {
    const std::string name = "_t" + std::to_string(thread);
    for (int i = 0; i < 500; ++i) {
      space.set(name, i);
      if (space.at<int>(name) != i) ++wrong;
      space.set("_shared", std::string(static_cast<std::size_t>(i % 100), 's'));
      if (space.at<std::string>("_shared").find_first_not_of('s') != std::string::npos) ++wrong;
    }
  });
  CHECK(wrong == 0);
}
