// Signals that interrupt system calls.
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "api/recorder.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

std::atomic<int> alarms{0};

// An alarm again and again. Its handler restarts system calls only if `flags` say so.
class Alarms {
 public:
  explicit Alarms(std::chrono::microseconds interval, int flags = 0) {
    struct sigaction action {};
    action.sa_handler = [](int) { alarms.fetch_add(1); };
    action.sa_flags = flags;
    ::sigaction(SIGALRM, &action, &before_);
    const itimerval every{{0, interval.count()}, {0, interval.count()}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
  }
  ~Alarms() {
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

// Sends the same signal to a thread, again and again.
class DirectedSignals {
 public:
  explicit DirectedSignals(pthread_t whom)
      : thread_([whom](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            ::pthread_kill(whom, SIGALRM);
            await([&] { return stop.stop_requested(); }, 1ms);
          }
        }) {}

 private:
  std::jthread thread_;
};

// Each write has one right outcome.
template <class Target>
void write_all_kinds(const Target& target, const std::string& name, int rounds) {
  for (int i = 0; i != rounds; ++i) {
    const Revision set = target.set(name, i);
    REQUIRE(target.compare_and_set(name, set, i + 1));
    REQUIRE_FALSE(target.compare_and_set(name, set, -1));
    REQUIRE(target.add(name, 1) == i + 2);
    target.post(name + "/posted", i);
    REQUIRE(target.set_async(name + "/async", i).get() > set);
    target.flush();
    REQUIRE(target.commit(Transaction().set(name + "/gone", i)));
    REQUIRE(target.commit_async(Transaction().set(name + "/two", i)).get());
    REQUIRE(target.erase(name + "/gone"));
    REQUIRE_FALSE(target.erase(name + "/gone"));
  }
}

}  // namespace

TEST_CASE("signals disturb no client that begins") {
  const Board board;
  const Alarms interrupting(50us);
  for (int i = 0; i < 100; ++i) CHECK_NOTHROW(board.client().open("signals"));
}

TEST_CASE("signals disturb no call") {
  const Board board;
  bulletin::Client other_client = board.client();
  const bulletin::Namespace other = other_client.open("signals");
  const Alarms interrupting(1ms);
  bulletin::Client client = board.client();
  const bulletin::Namespace space = client.open("signals");
  Recorder recorder;
  const auto subscription = space.watch("x", recorder.watcher());
  int i = 0;
  alarms = 0;
  CHECK(await([&] {
    ++i;
    space.set("x", i);
    other.sync();
    if (other.at<int>("x") != i) return true;
    space.set_async("y", i).get();
    space.wait_for(
        "z", [](const bulletin::Value&) { return true; }, std::chrono::milliseconds(2));
    return alarms > 300;
  }));
  CHECK(alarms > 300);
  CHECK(recorder.wait_for("x", bulletin::Value(i)).size() == static_cast<std::size_t>(i));
}

TEST_CASE("no write changes its outcome by a signal, whether calls are restarted or not") {
  const int flags = GENERATE(0, SA_RESTART);
  const Board board;
  Client client = board.client();
  const Namespace space = client.open("signals");
  const Publisher publisher = client.publisher("signals");
  const Alarms interrupting(200us, flags);
  const DirectedSignals directed(::pthread_self());
  constexpr int rounds = 300;
  write_all_kinds(space, "x", rounds);
  write_all_kinds(publisher, "y", rounds);
  CHECK(space.at<int>("x") == rounds + 1);
  CHECK(space.at<int>("x/posted") == rounds - 1);
  space.sync();
  CHECK(space.at<int>("y") == rounds + 1);
  CHECK_FALSE(client.namespaces().empty());
}

TEST_CASE("signals that meet several writing threads lose and double nothing") {
  const int flags = GENERATE(0, SA_RESTART);
  const Board board;
  Client client = board.client();
  const Namespace space = client.open("signals");
  const Alarms interrupting(200us, flags);
  constexpr int threads = 4;
  constexpr int rounds = 500;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i != threads; ++i) {
      writers.emplace_back([&] {
        const DirectedSignals directed(::pthread_self());
        for (int round = 0; round != rounds; ++round) {
          try {
            space.add("sum", 1);
          } catch (const Error&) {
            ++failures;
          }
        }
      });
    }
  }
  CHECK(failures == 0);
  CHECK(space.at<int>("sum") == threads * rounds);
}

TEST_CASE("signals disturb no broker and no client that begins and ends") {
  const int flags = GENERATE(0, SA_RESTART);
  const Alarms interrupting(200us, flags);
  const DirectedSignals directed(::pthread_self());
  IpcBoard board;
  for (int i = 0; i != 20; ++i) {
    Client client = board->client();
    client.open("signals").set("x", i);
    if (i % 4 == 3) board->restart();
  }
}

TEST_CASE("signals disturb no manager that starts and ends its broker", "[keyless]") {
  const int flags = GENERATE(0, SA_RESTART);
  const Alarms interrupting(200us, flags);
  const DirectedSignals directed(::pthread_self());
  Manager manager({.broker = BULLETIN_BIN_DIR "/bulletin-broker"});
  for (int i = 0; i != 3; ++i) {
    manager.start();
    CHECK(manager.open("signals").set("x", i) != absent);
    manager.shutdown();
  }
}

TEST_CASE("a wait that is interrupted lasts as long as it was meant to") {
  const Board board;
  Client client = board.client();
  const Namespace space = client.open("signals");
  ClientOptions lonely = impatient(300ms);
  lonely.endpoint = "tcp://127.0.0.1:9";  // nobody listens there
  lonely.close_timeout = 0ms;
  Client without_broker(lonely);
  const Alarms interrupting(200us);
  const DirectedSignals directed(::pthread_self());
  const auto lasts = [](std::chrono::milliseconds time, auto wait) {
    const auto begin = std::chrono::steady_clock::now();
    wait();
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= time);
    CHECK(took < time + patience / 2);
  };
  lasts(300ms, [&] {
    CHECK_FALSE(space.wait_for(
        "never", [](const Value&) { return true; }, 300ms));
  });
  lasts(300ms, [&] { CHECK_THROWS_AS(without_broker.open("x"), Error); });
  lasts(300ms, [&] { CHECK_THROWS_AS(without_broker.publisher("x").set("y", 1), Error); });
  lasts(300ms, [&] { CHECK_THROWS_AS(without_broker.namespaces(), Error); });
}
