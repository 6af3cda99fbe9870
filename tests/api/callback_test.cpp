// What may be done in callbacks, and the life of subscriptions.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/open_board.hpp"
#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Change;
using bulletin::Errc;
using bulletin::Subscription;
using bulletin::Value;

namespace {

// Lets one thread wait for another.
class Latch {
 public:
  void open() { promise_.set_value(); }
  bool wait() const { return future_.wait_for(patience) == std::future_status::ready; }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

// What is written to standard error during its life.
class CapturedErrors {
 public:
  CapturedErrors() : saved_(::dup(STDERR_FILENO)) {
    const std::string path = folder_.path() / "errors";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(file_, STDERR_FILENO);
  }
  ~CapturedErrors() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    ::close(file_);
  }
  std::string text() const {
    char bytes[4096];
    const ssize_t size = ::pread(file_, bytes, sizeof bytes, 0);
    return {bytes, static_cast<std::size_t>(size)};
  }

 private:
  TemporaryFolder folder_;
  int saved_;
  int file_;
};

}  // namespace

TEST_CASE("set, sync, wait_until and every other call may be made in a callback") {
  OpenBoard open;
  std::atomic<int> done{0};
  std::string failure;
  const auto answer = open.other.watch("question", [&](const Change& change) {
    open.other.set_async("answer", change.value->as<int>() + 1);
  });
  const auto subscription = open.space.watch("start", [&](const Change&) {
    try {
      open.space.set("set", 1);
      if (open.space.at<int>("set") != 1) throw std::runtime_error("does not read its write");
      open.space.set_async("async", 2).get();
      open.space.add("count", 1);
      open.space.compare_and_set("once", bulletin::absent, 1);
      open.space.commit(bulletin::Transaction().set("t", 1));
      open.space.update<int>("u", [](std::optional<int> u) { return u.value_or(0) + 1; });
      open.space.sync();
      open.space.set("question", 41);
      if (!open.space.wait_for(
              "answer", [](const Value& x) { return x == 42; }, patience))
        throw std::runtime_error("no answer");
      open.client.open("another").set("x", 1);
      if (open.client.namespaces("another").size() != 1) throw std::runtime_error("not listed");
      if (open.space.snapshot().at<int>("answer") != 42) throw std::runtime_error("snapshot");
      open.space.erase("set");
    } catch (const std::exception& error) {
      failure = error.what();
    }
    ++done;
  });
  open.other.set("start", 1);
  REQUIRE(await([&] { return done == 1; }));
  CHECK(failure == "");
}

TEST_CASE("a watch may be begun in a callback") {
  OpenBoard open;
  Recorder inner;
  Subscription nested;
  const auto outer = open.space.watch(
      "start", [&](const Change&) { nested = open.space.watch("x", inner.watcher()); });
  open.space.set("x", 1);
  open.space.set("start", 1);
  CHECK(inner.wait_for(1).at(0).value == Value(1));
  open.space.set("x", 2);
  CHECK(inner.wait_for(2).at(1).value == Value(2));
}

TEST_CASE("a callback that answers what it is told meets its own writes later") {
  OpenBoard open;
  Recorder recorder;
  const auto subscription = open.space.watch("x", [&](const Change& change) {
    recorder.add(change);
    const int x = change.value->as<int>();
    if (x < 50) open.space.set("x", x + 1);
    if (open.space.at<int>("x") > change.value->as<int>() + 1) recorder.add(change);
  });
  open.space.set("x", 0);
  const auto told = recorder.wait_for("x", Value(50));
  REQUIRE(told.size() == 51);
  for (int i = 0; i <= 50; ++i) CHECK(told[static_cast<std::size_t>(i)].value == Value(i));
}

TEST_CASE("destroying a subscription returns when its callback does not run any more") {
  OpenBoard open;
  Latch running;
  Latch release;
  std::atomic<bool> inside{false};
  std::atomic<int> calls{0};
  std::optional<Subscription> subscription(open.space.watch("x", [&](const Change& change) {
    ++calls;
    if (change.value != nullptr && *change.value == 1) {
      inside = true;
      running.open();
      release.wait();
      inside = false;
    }
  }));
  open.space.set("x", 1);
  REQUIRE(running.wait());
  std::atomic<bool> destroyed{false};
  bool was_inside = true;
  std::thread destroyer([&] {
    subscription.reset();
    was_inside = inside;
    destroyed = true;
  });
  open.space.set("x", 2);
  CHECK_FALSE(await([&] { return destroyed.load(); }, std::chrono::milliseconds(50)));
  release.open();
  destroyer.join();
  CHECK_FALSE(was_inside);
  // It is never called again, not even for what was waiting.
  Recorder after;
  const auto marker = open.space.watch("marker", after.watcher());
  open.space.set("x", 3);
  open.space.set("marker", 1);
  CHECK(after.wait_for(1).size() == 1);
  CHECK(calls == 1);
}

TEST_CASE("destroying a subscription in its own callback returns at once and ends the row") {
  OpenBoard open;
  std::atomic<int> calls{0};
  std::optional<Subscription> subscription;
  subscription.emplace(open.space.watch([&](const Change&) {
    ++calls;
    subscription.reset();
  }));
  open.space.commit(bulletin::Transaction().set("a", 1).set("b", 2).set("c", 3));
  CHECK(await([&] { return calls > 0; }));
  Recorder after;
  const auto marker = open.space.watch("marker", after.watcher());
  open.space.set("marker", 1);
  CHECK(after.wait_for(1).size() == 1);
  CHECK(calls == 1);
  CHECK_FALSE(subscription);
}

TEST_CASE("the callback's own state may go when it destroys its subscription") {
  OpenBoard open;
  auto state = std::make_shared<std::string>("kept by the callback");
  const std::weak_ptr<std::string> seen = state;
  std::atomic<bool> done{false};
  std::optional<Subscription> subscription;
  subscription.emplace(open.space.watch([&, state](const Change&) {
    subscription.reset();
    if (*state == "kept by the callback") done = true;
  }));
  state.reset();
  open.space.set("x", 1);
  CHECK(await([&] { return done.load(); }));
  CHECK(await([&] { return seen.expired(); }));
}

TEST_CASE("a subscription destroyed in another callback is told nothing more of the same row") {
  OpenBoard open;
  std::atomic<int> second_calls{0};
  std::atomic<int> first_calls{0};
  std::optional<Subscription> second;
  const auto first = open.space.watch([&](const Change&) {
    ++first_calls;
    second.reset();
  });
  second.emplace(open.space.watch([&](const Change&) { ++second_calls; }));
  open.space.commit(bulletin::Transaction().set("a", 1).set("b", 2));
  CHECK(await([&] { return first_calls == 2; }));
  Recorder after;
  const auto marker = open.space.watch("marker", after.watcher());
  open.space.set("marker", 1);
  CHECK(after.wait_for(1).size() == 1);
  CHECK(second_calls == 0);
}

TEST_CASE("subscriptions are moved, cancelled and begun by several threads") {
  OpenBoard open;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) open.other.set("x", i);
  });
  std::vector<std::thread> watchers;
  std::atomic<int> late{0};
  for (int thread = 0; thread < 3; ++thread) {
    watchers.emplace_back([&] {
      for (int i = 0; i < 60; ++i) {
        auto alive = std::make_shared<std::atomic<bool>>(true);
        std::atomic<int> told{0};
        Subscription subscription = open.space.watch([&told, &late, alive](const Change&) {
          if (!*alive) ++late;
          ++told;
        });
        await([&] { return told > 2; });
        Subscription moved = std::move(subscription);
        subscription.cancel();
        if (i % 2 == 0) moved.cancel();
        moved = Subscription();
        *alive = false;
      }
    });
  }
  for (std::thread& thread : watchers) thread.join();
  stop = true;
  writer.join();
  CHECK(late == 0);
}

TEST_CASE("a subscription that was moved from is empty") {
  OpenBoard open;
  Recorder recorder;
  Subscription first = open.space.watch("x", recorder.watcher());
  Subscription second = std::move(first);
  CHECK(static_cast<bool>(second));
  CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move)
  first.cancel();
  open.space.set("x", 1);
  CHECK(recorder.wait_for(1).size() == 1);
  second.cancel();
  second.cancel();
  CHECK_FALSE(static_cast<bool>(second));
}

TEST_CASE("an exception that leaves a callback goes to on_error, and the watch goes on") {
  const Board board;
  std::mutex mutex;
  std::vector<std::string> errors;
  bulletin::ClientOptions options;
  options.on_error = [&](std::exception_ptr error) {
    const std::scoped_lock lock(mutex);
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      errors.emplace_back(exception.what());
    } catch (int number) {
      errors.push_back(std::to_string(number));
    }
    if (errors.size() == 2) throw std::runtime_error("on_error itself");
  };
  const CapturedErrors captured;
  bulletin::Client client = board.client(options);
  const bulletin::Namespace space = client.open("callbacks");
  Recorder recorder;
  const auto subscription = space.watch([&](const Change& change) {
    recorder.add(change);
    if (change.name == "b") throw 7;
    throw std::runtime_error("thrown for " + std::string(change.name));
  });
  space.commit(bulletin::Transaction().set("a", 1).set("b", 1));
  space.set("c", 1);
  CHECK(recorder.wait_for(3).size() == 3);
  CHECK(await([&] {
    const std::scoped_lock lock(mutex);
    return errors.size() == 3;
  }));
  CHECK(errors == std::vector<std::string>{"thrown for a", "7", "thrown for c"});
}

TEST_CASE("an exception that leaves on_state goes to on_error") {
  const Board board;
  std::atomic<int> errors{0};
  bulletin::ClientOptions options;
  options.on_error = [&](std::exception_ptr) { ++errors; };
  options.on_state = [](bulletin::ClientEvent) { throw std::runtime_error("on_state"); };
  bulletin::Client client = board.client(options);
  const bulletin::Namespace space = client.open("callbacks");
  CHECK(await([&] { return errors > 0; }));
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  space.set("x", 1);
  CHECK(recorder.wait_for(1).size() == 1);
}

TEST_CASE("without on_error an exception of a callback is one line on standard error") {
  const CapturedErrors captured;
  OpenBoard open;
  Recorder recorder;
  const auto subscription = open.space.watch([&](const Change& change) {
    recorder.add(change);
    throw std::runtime_error("a broken callback");
  });
  open.space.set("x", 1);
  open.space.set("x", 2);
  CHECK(recorder.wait_for(2).size() == 2);
  CHECK(await([&] {
    const std::string text = captured.text();
    return std::count(text.begin(), text.end(), '\n') == 2;
  }));
  CHECK(captured.text().find("a broken callback") != std::string::npos);
}

TEST_CASE("a subscription that outlives its client ends in peace") {
  const Board board;
  auto client = std::make_unique<bulletin::Client>(board.client());
  const bulletin::Namespace space = client->open("callbacks");
  Recorder recorder;
  Subscription subscription = space.watch(recorder.watcher());
  space.set("x", 1);
  recorder.wait_for(1);
  client.reset();
  CHECK(code_of([&] { (void)space.watch(recorder.watcher()); }) == Errc::disconnected);
  subscription.cancel();
  CHECK(recorder.count() == 1);
}

TEST_CASE("a client may be destroyed in a callback of its own") {
  const Board board;
  std::optional<bulletin::Client> client(board.client());
  const bulletin::Namespace space = client->open("callbacks");
  std::atomic<bool> gone{false};
  const auto subscription = space.watch("x", [&](const Change&) {
    client.reset();
    gone = true;
  });
  space.set_async("x", 1);
  CHECK(await([&] { return gone.load(); }));
  CHECK(space.at<int>("x") == 1);
  CHECK(code_of([&] { space.set("x", 2); }) == Errc::disconnected);
}

TEST_CASE("destroying a client waits for a callback no longer than its close_timeout") {
  const Board board;
  Latch running;
  Latch release;
  std::atomic<bool> returned{false};
  bulletin::ClientOptions options;
  options.close_timeout = std::chrono::milliseconds(50);
  std::optional<bulletin::Client> client(board.client(options));
  bulletin::Namespace space = client->open("callbacks");
  Subscription subscription = space.watch("x", [&](const Change&) {
    running.open();
    release.wait();
    returned = true;
  });
  space.set("x", 1);
  REQUIRE(running.wait());
  client.reset();
  CHECK_FALSE(returned);
  CHECK(space.at<int>("x") == 1);
  release.open();
  subscription.cancel();  // waits for the callback
  CHECK(returned);
}
