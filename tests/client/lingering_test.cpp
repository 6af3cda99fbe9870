// A namespace is closed a while after its last handle has gone, and not before.

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/recorder.hpp"
#include "client/opened_client.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/gate.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Errc;
using bulletin::Freshness;
using bulletin::Namespace;
using bulletin::Revision;
using bulletin::Transaction;
using bulletin::Value;

namespace {

bulletin::ClientOptions lingering(const Board& board, std::chrono::milliseconds linger) {
  bulletin::ClientOptions options = board.options();
  options.namespace_linger = linger;
  return options;
}

bool opens(bulletin::Client& client, const char* name) {
  try {
    client.open(name);
    return true;
  } catch (const bulletin::Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a namespace is closed when its last handle of whatever kind has gone") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  using Handle = std::shared_ptr<void>;
  const auto keep = [](auto handle) -> Handle {
    return std::make_shared<decltype(handle)>(std::move(handle));
  };
  const std::map<std::string, std::function<Handle()>> makers = {
      {"Namespace", [&] { return keep(opened.client.open("plant")); }},
      {"a copy", [&] { return keep(Namespace(opened.client.open("plant"))); }},
      {"Attribute", [&] { return keep(opened.client.open("plant").attribute<int>("x")); }},
      {"Subscription",
       [&] { return keep(opened.client.open("plant").watch("x", [](const auto&) {})); }},
      {"Subscription to all",
       [&] { return keep(opened.client.open("plant").watch([](const auto&) {})); }},
      {"Publisher",
       [&] { return keep((opened.client.open("plant"), opened.client.publisher("plant"))); }},
      {"a callback",
       [&] {
         const Namespace space = opened.client.open("plant");
         return keep(opened.client.open("other").watch([space](const auto&) {}));
       }},
  };
  for (const auto& [kind, make] : makers) {
    CAPTURE(kind);
    Handle handle = make();
    opened.client.open("sentinel");  // closed after what could be closed before it
    REQUIRE(opened.closes("sentinel"));
    CHECK(opened.has_open("plant"));
    handle.reset();
    CHECK(opened.closes("plant"));
  }
}

TEST_CASE("what is opened again in time is the same replica and what is later is a new one") {
  const Board board;
  OpenedClient opened(lingering(board, std::chrono::hours(1)));
  const auto replica_of = [](const OpenedClient& of) {
    const auto lock = of.inside->lock();
    return of.inside->core().find("plant")->id();
  };
  opened.client.open("plant").set("x", 1);
  const std::uint64_t first = replica_of(opened);
  opened.client.open("plant").set("y", 2);
  CHECK(replica_of(opened) == first);

  OpenedClient hasty(lingering(board, 0ms));
  std::uint64_t before = 0;
  for (int i = 1; i <= 20; ++i) {
    {
      const Namespace again = hasty.client.open("plant");
      CHECK(again.at<int>("x") == 1);
      CHECK(again.at<int>("y") == 2);
      CHECK(again.add("n", 1) == i);
      CHECK(again.at<int>("n") == i);
      CHECK(replica_of(hasty) > before);
      before = replica_of(hasty);
    }
    REQUIRE(hasty.closes("plant"));
  }
}

TEST_CASE("what this process alone has keeps a namespace open") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  const auto settled = [&](const char* name) {
    // Closed after what could be closed before it.
    opened.client.open("sentinel");
    REQUIRE(opened.closes("sentinel"));
    return opened.has_open(name);
  };
  opened.client.open("private").set("_x", 1);
  CHECK(settled("private"));
  CHECK(opened.client.open("private").at<int>("_x") == 1);
  opened.client.open("private").erase("_x");
  CHECK(opened.closes("private"));

  opened.client.open("ephemeral").set("x", 1, {.ephemeral = true});
  CHECK(settled("ephemeral"));
  opened.client.open("ephemeral").set("x", 1);
  CHECK(opened.closes("ephemeral"));
}

TEST_CASE("an ephemeral attribute without a handle is set again in a new session") {
  IpcBoard board;
  OpenedClient opened(lingering(*board, 0ms));
  opened.client.open("opened").set("x", 1, {.ephemeral = true});
  opened.client.publisher("published").set("x", 2, {.ephemeral = true});
  board->restart();
  bulletin::Client other = board->client();
  const Namespace first = other.open("opened");
  const Namespace second = other.open("published");
  const auto is = [](int wanted) { return [=](const Value& value) { return value == wanted; }; };
  CHECK(first.wait_for("x", is(1), patience));
  CHECK(second.wait_for("x", is(2), patience));
}

TEST_CASE("reads go on while the broker is away though the last handle went long before") {
  IpcBoard board;
  bulletin::ClientOptions options = lingering(*board, 0ms);
  options.open_timeout = 200ms;
  OpenedClient opened(options);
  REQUIRE(await([&] { return opens(opened.client, "plant"); }));
  std::optional<Namespace> space = opened.client.open("plant");
  space->set("x", 1);
  board->stop();
  REQUIRE(await([&] { return space->freshness().state == Freshness::State::stale; }));
  space.reset();
  for (int i = 0; i < 3; ++i) {
    // What was never complete goes at once: so the other one was looked at before, and kept.
    CHECK_FALSE(opens(opened.client, "never"));
    CHECK(opened.closes("never"));
    CHECK(opened.client.open("plant").at<int>("x") == 1);
  }
  board->restart();
  CHECK(opened.closes("plant"));
}

TEST_CASE("writes under way keep a namespace until they have ended") {
  Gate commands;
  const Board board;
  commands.lead_to(board.endpoint());
  bulletin::ClientOptions options = lingering(board, 0ms);
  options.endpoint = commands.endpoint();
  OpenedClient opened(options);
  opened.client.open("plant").sync();
  commands.hold();
  std::vector<bulletin::Future<Revision>> futures;
  for (int i = 0; i < 10; ++i) {
    const std::string name = "plant" + std::to_string(i);
    futures.push_back(opened.client.publisher(name).set_async("x", i));
    opened.client.publisher(name).post("y", i);
  }
  commands.open();
  for (auto& future : futures) CHECK(future.get() > Revision());
  for (int i = 0; i < 10; ++i) {
    const Namespace space = opened.client.open("plant" + std::to_string(i));
    space.flush();
    CHECK(space.at<int>("x") == i);
    CHECK(space.at<int>("y") == i);
  }
}

TEST_CASE("what a post came to is told though its namespace was closed meanwhile") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  opened.client.open("plant").set("x", "text");
  const std::string large(opened.client.limits().value_bytes + 1, 'x');
  opened.client.open("plant").post("x", large);
  opened.client.open("plant").post("x", large);
  opened.client.open("sentinel").sync();
  REQUIRE(opened.closes("plant"));
  CHECK(code_of([&] { opened.client.open("plant").flush(); }) == Errc::rejected);
  opened.client.open("plant").flush();
}

TEST_CASE("a namespace is opened and closed by many threads at once and none sees an old value") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const std::string own = "x" + std::to_string(thread);
      for (int i = 1; i <= 100; ++i) {
        const Namespace space = opened.client.open(i % 3 == 0 ? "plant" : "mill");
        const Namespace copy = space;
        const auto handle = copy.attribute<int>(own);
        space.set(own, i);
        if (handle.get() != i) ++wrong;
        if (opened.client.open(space.name()).get<int>(own) != i) ++wrong;
        if (i % 5 == 0) std::thread([copy] { (void)copy.snapshot(); }).join();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(opened.closes("plant"));
  CHECK(opened.closes("mill"));
}

TEST_CASE("a handle is copied in one thread while it goes in another") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  for (int i = 0; i < 200; ++i) {
    std::optional<Namespace> space = opened.client.open("plant");
    std::promise<void> copied;
    std::thread other([copy = *space, &copied]() mutable {
      const Namespace own = std::move(copy);
      copied.set_value();
      (void)own.size();
    });
    space.reset();
    copied.get_future().wait();
    other.join();
  }
  CHECK(opened.closes("plant"));
}

TEST_CASE("a watch that ends in its own callback lets its namespace go") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  std::optional<bulletin::Subscription> subscription;
  std::promise<void> made;
  const std::shared_future<void> is_made = made.get_future().share();
  std::atomic<bool> called = false;
  {
    const Namespace space = opened.client.open("plant");
    space.set("x", 1);
    subscription = space.watch("x", [&, space](const auto&) {
      is_made.wait();
      subscription.reset();
      called = true;
    });
    made.set_value();
  }
  CHECK(await([&] { return called.load(); }));
  CHECK(opened.closes("plant"));
}

TEST_CASE("a callback that holds the last handle keeps its namespace and lets it go with itself") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  Recorder recorder;
  std::optional<bulletin::Subscription> subscription;
  {
    const Namespace space = opened.client.open("plant");
    subscription = opened.client.open("other").watch("go", [&, space](const auto& change) {
      space.set("seen", change.value->template as<int>());
      recorder.add(change);
    });
  }
  opened.client.open("other").set("go", 7);
  REQUIRE(recorder.wait_for(1).size() == 1);
  CHECK(opened.has_open("plant"));
  CHECK(opened.client.open("plant").at<int>("seen") == 7);
  subscription.reset();
  CHECK(opened.closes("plant"));
  CHECK(opened.closes("other"));
}

TEST_CASE("a namespace whose snapshot is under way closes when it has come or was refused") {
  Gate commands;
  const Board board;
  commands.lead_to(board.endpoint());
  bulletin::ClientOptions options = lingering(board, 0ms);
  options.endpoint = commands.endpoint();
  options.open_timeout = 200ms;
  OpenedClient opened(options);
  REQUIRE(await([&] { return opens(opened.client, "first"); }));
  commands.hold();
  CHECK(code_of([&] { opened.client.open("late"); }) == Errc::disconnected);
  commands.open();
  CHECK(opened.closes("late"));
  CHECK(await([&] { return opens(opened.client, "late"); }));
}

TEST_CASE("handles that outlive their client are handles still") {
  const Board board;
  std::optional<OpenedClient> opened;
  opened.emplace(lingering(board, 0ms));
  std::optional<Namespace> space = opened->client.open("plant");
  space->set("x", 1);
  const auto attribute = space->attribute<int>("x");
  opened.reset();
  CHECK(space->at<int>("x") == 1);
  space.reset();
  CHECK(attribute.get() == 1);
  CHECK(code_of([&] { attribute.set(2); }) == Errc::disconnected);
}

TEST_CASE("a snapshot outlives its namespace") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  opened.client.open("plant").commit(Transaction().set("x", 1).set("text", "hello"));
  const bulletin::Snapshot snapshot = opened.client.open("plant").snapshot();
  REQUIRE(opened.closes("plant"));
  CHECK(snapshot.at<std::string>("text") == "hello");
  CHECK(snapshot.at<int>("x") == 1);
}

TEST_CASE("a publisher whose writes came while the namespace was opened is read there") {
  const Board board;
  OpenedClient opened(lingering(board, 0ms));
  for (int i = 1; i <= 50; ++i) {
    opened.client.publisher("plant").set("x", i);
    CHECK(opened.client.open("plant").at<int>("x") == i);
  }
  CHECK(opened.closes("plant"));
}
