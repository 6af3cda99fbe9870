// A write when memory, or what else the library needs, is refused at some moment: its outcome is
// true, no other write is lost, and the next one works.
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "faults/faults.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

enum class Outcome { applied, not_applied, in_doubt };

template <class Call>
Outcome outcome_of(Call&& write) {
  try {
    write();
    return Outcome::applied;
  } catch (const Error& error) {
    return error.may_have_applied() ? Outcome::in_doubt : Outcome::not_applied;
  } catch (const std::bad_alloc&) {
    return Outcome::not_applied;
  }
}

// Two clients of one board; the second sees what the broker really has.
struct Scene {
  explicit Scene(const ClientOptions& options) : client(options), second(options) {}

  [[nodiscard]] int seen(const std::string& name) const {
    other.sync();
    return other.get_or(name, -1);
  }

  Client client;
  Client second;
  Namespace space = client.open("board");
  Namespace other = second.open("board");
  Publisher publisher = client.publisher("board");
};

using Write = std::function<void(const Scene&, int)>;

struct Kind {
  std::string name;
  Write write;  // makes "x" that number
};

std::vector<Kind> kinds() {
  return {
      {"set", [](const Scene& s, int i) { s.space.set("x", i); }},
      {"typed set", [](const Scene& s, int i) { s.space.attribute<int>("x").set(i); }},
      {"compare_and_set",
       [](const Scene& s, int i) {
         s.space.compare_and_set("x", s.space.read<int>("x")->revision, i);
       }},
      {"add", [](const Scene& s, int i) { s.space.add("x", i - s.space.at<int>("x")); }},
      {"commit", [](const Scene& s, int i) { s.space.commit(Transaction().set("x", i)); }},
      {"set_async", [](const Scene& s, int i) { s.space.set_async("x", i).get(); }},
      {"commit_async",
       [](const Scene& s, int i) { s.space.commit_async(Transaction().set("x", i)).get(); }},
      {"publisher set", [](const Scene& s, int i) { s.publisher.set("x", i); }},
      {"publisher set_async", [](const Scene& s, int i) { s.publisher.set_async("x", i).get(); }},
  };
}

// One write with that allocation refused. False: it needed fewer.
bool try_one(const Scene& scene, const Kind& kind, int number, FailingAllocation::Of whose,
             int& in_doubt) {
  const int before = number - 1;
  scene.space.set("x", before);
  std::optional<FailingAllocation> failing(std::in_place, number, whose);
  const Outcome outcome = outcome_of([&] { kind.write(scene, number); });
  const bool happened = failing->happened();
  failing.reset();
  CAPTURE(kind.name, number, happened, static_cast<int>(outcome));
  const int seen = scene.seen("x");
  if (outcome == Outcome::applied) CHECK(seen == number);
  if (outcome == Outcome::not_applied) CHECK(seen == before);
  if (outcome == Outcome::in_doubt) ++in_doubt;
  scene.space.set("after", number);
  CHECK(scene.space.at<int>("after") == number);
  return happened;
}

}  // namespace

TEST_CASE("A write is told truly whichever allocation of its thread fails") {
  const Board board;
  const Scene scene(board.options());
  int in_doubt = 0;
  for (const Kind& kind : kinds()) {
    for (int number = 1; try_one(scene, kind, number, FailingAllocation::Of::this_thread, in_doubt);
         ++number) {
      REQUIRE(number < 1000);
    }
  }
  CHECK(in_doubt == 0);  // the broker was there all the time: what was sent can be found out
}

TEST_CASE("A write is told truly whichever allocation of the other threads fails") {
  Manager manager({.broker = BULLETIN_BIN_DIR "/bulletin-broker"});
  manager.start();
  ClientOptions options = impatient(patience);
  options.endpoint = manager.address();
  const Scene scene(options);
  int in_doubt = 0;
  for (const Kind& kind : kinds()) {
    for (int number = 1; number != 12; ++number)
      try_one(scene, kind, number, FailingAllocation::Of::other_threads, in_doubt);
  }
  CHECK(in_doubt == 0);
}

TEST_CASE("What was posted is there or flush tells that it is not") {
  const Board board;
  const Scene scene(board.options());
  for (int number = 1; number != 60; ++number) {
    CAPTURE(number);
    int posted = 0;
    Outcome flushed = Outcome::applied;
    {
      const FailingAllocation failing(static_cast<std::uint64_t>(number));
      for (int i = 0; i != 20; ++i) {
        const std::string name = "p" + std::to_string(i);
        if (outcome_of([&] { scene.space.post(name, number); }) == Outcome::applied)
          posted |= 1 << i;
      }
      flushed = outcome_of([&] { scene.space.flush(); });
    }
    if (flushed != Outcome::applied) scene.space.flush();
    for (int i = 0; i != 20; ++i) {
      const bool there = scene.seen("p" + std::to_string(i)) == number;
      CHECK(there == ((posted >> i & 1) != 0));
    }
  }
}

TEST_CASE("Writes of other threads outlive a thread that cannot lead on") {
  const Board board;
  const Scene scene(board.options());
  for (int number = 1; number != 80; ++number) {
    CAPTURE(number);
    std::atomic<int> wrong = 0;
    std::atomic<bool> go = false;
    std::vector<std::jthread> others;
    for (int thread = 0; thread != 3; ++thread) {
      others.emplace_back([&, thread] {
        await([&] { return go.load(); });
        const std::string name = "t" + std::to_string(thread);
        for (int i = 0; i != 5; ++i) {
          if (outcome_of([&] { scene.space.set(name, number); }) != Outcome::applied) ++wrong;
          auto future = scene.space.set_async(name, number);
          if (outcome_of([&] { future.get(); }) != Outcome::applied) ++wrong;
        }
      });
    }
    {
      const FailingAllocation failing(static_cast<std::uint64_t>(number));
      go = true;
      for (int i = 0; i != 5; ++i) outcome_of([&] { scene.space.set("own", i); });
    }
    others.clear();
    CHECK(wrong == 0);
    scene.space.set("own", number);
    CHECK(scene.seen("own") == number);
  }
}

TEST_CASE("What ZeroMQ does not take is sent later, or was not applied") {
  const Board board;
  const Scene scene(board.options());
  for (int failures = 1; failures != 6; ++failures) {
    CAPTURE(failures);
    {
      const FailingSends failing(failures);
      CHECK(outcome_of([&] { scene.space.set("x", failures); }) == Outcome::applied);
    }
    CHECK(scene.seen("x") == failures);
  }

  Client hasty = board.client(impatient(500ms));
  const Publisher publisher = hasty.publisher("board");
  publisher.set("x", -5);
  {
    const FailingSends failing(std::numeric_limits<int>::max());
    const Error error = failure_of([&] { publisher.set("x", 1); });
    CHECK(error.retryable());
    CHECK_FALSE(error.may_have_applied());
    const Error later = failure_of([&] { publisher.set_async("x", 2).get(); });
    CHECK(later.retryable());
    CHECK_FALSE(later.may_have_applied());
    publisher.post("x", 3);
    CHECK(failure_of([&] { publisher.flush(); }).retryable());
  }
  CHECK(scene.seen("x") == -5);
  publisher.set("x", 6);
  CHECK(scene.seen("x") == 6);
}
