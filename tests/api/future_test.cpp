// What set_async and commit_async return, in a program that wants a std::future, or none.
#include <chrono>
#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "api/open_board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::CommitResult;
using bulletin::Errc;
using bulletin::Future;
using bulletin::Revision;
using bulletin::Transaction;

TEST_CASE("a std::future of a write is read-your-writes as the write's own") {
  OpenBoard open;
  std::future<Revision> set = open.space.set_async("x", 1);
  std::future<CommitResult> won = open.space.commit_async(Transaction().set("y", 1));
  std::future<CommitResult> lost =
      open.space.commit_async(Transaction().require("x", bulletin::absent).set("y", 2));
  const Revision revision = set.get();
  CHECK(open.space.read<int>("x")->revision == revision);
  const CommitResult of_y = won.get();
  CHECK(open.space.read<int>("y")->revision == *of_y);
  CHECK(lost.get() == std::nullopt);

  std::future<Revision> refused = open.space.set_async("big", std::string((1u << 20) + 1, 'x'));
  CHECK(code_of([&] { refused.get(); }) == Errc::rejected);
}

TEST_CASE("std::futures may be assigned, kept in a container, and shared") {
  OpenBoard open;
  std::future<Revision> last;
  std::vector<std::future<Revision>> all;
  for (int i = 0; i != 100; ++i) {
    last = open.space.set_async("x", i);
    all.push_back(open.space.attribute<int>("y").set_async(i));
    all.emplace_back(open.space.set_async("z", i));
  }
  Revision newest;
  for (std::future<Revision>& future : all) {
    const Revision next = future.get();
    CHECK(next > newest);
    newest = next;
  }
  CHECK(last.get() < newest);
  const std::shared_future<Revision> shared = open.space.set_async("x", -1).share();
  Revision other;
  std::thread thread([&, shared] { other = shared.get(); });
  CHECK(shared.get() > newest);
  thread.join();
  CHECK(other == shared.get());
}

TEST_CASE("futures are waited for while others are made and let go") {
  OpenBoard open;
  std::deque<Future<Revision>> kept;
  Revision newest;
  for (int i = 0; i != 5000; ++i) {
    Future<Revision> future = open.space.set_async("x", i);
    if (i % 3 == 0) continue;
    kept.push_back(std::move(future));
    if (kept.size() < 50) continue;
    const Revision next = kept.front().get();
    CHECK(next > newest);
    newest = next;
    kept.pop_front();
  }
  while (!kept.empty()) {
    REQUIRE(kept.front().wait_for(patience) == std::future_status::ready);
    newest = kept.front().get();
    kept.pop_front();
  }
  CHECK(open.space.read<int>("x")->revision == newest);
}
