// Every call that a signal may interrupt is interrupted.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/command_connection.hpp"
#include "client/transport/poller.hpp"
#include "client/transport/sockets.hpp"
#include "faults/faults.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

constexpr int rounds = 200;

// Every kind of write, each of which has one right outcome.
template <class Target>
void write_all_kinds(const Target& target, const std::string& name) {
  for (int i = 0; i != rounds; ++i) {
    const Revision set = target.set(name, i);
    REQUIRE(target.compare_and_set(name, set, i + 1));
    REQUIRE_FALSE(target.compare_and_set(name, set, -1));
    REQUIRE(target.add(name, 1) == i + 2);
    REQUIRE(target.set_async(name + "/async", i).get() > set);
    target.post(name + "/posted", i);
    target.flush();
    REQUIRE(target.commit(Transaction().set(name + "/gone", i).set(name + "/two", i)));
    REQUIRE(target.commit_async(Transaction().erase(name + "/two")).get());
    REQUIRE(target.erase(name + "/gone"));
    REQUIRE_FALSE(target.erase(name + "/gone"));
  }
}

}  // namespace

TEST_CASE("No outcome changes when every second call is interrupted") {
  const InterruptedCalls interrupted;
  const Board board;
  Client client = board.client();
  const Namespace space = client.open("interrupted");
  write_all_kinds(space, "x");
  CHECK(space.at<int>("x") == rounds + 1);
  CHECK(space.at<int>("x/posted") == rounds - 1);
  CHECK_FALSE(space.contains("x/gone"));
  write_all_kinds(client.publisher("interrupted"), "y");
  space.sync();
  CHECK(space.at<int>("y") == rounds + 1);
  CHECK(client.namespaces("inter") == std::vector<std::string>{"interrupted"});
  CHECK(interrupted.count() > rounds);
}

TEST_CASE("Threads whose calls are interrupted write and are told as others") {
  const InterruptedCalls interrupted;
  const Board board;
  Client client = board.client();
  Client second = board.client();
  const Namespace space = client.open("interrupted");
  const Namespace other = second.open("interrupted");
  std::atomic<int> told = 0;
  const auto subscription = other.watch("sum", [&](const Change&) { ++told; });
  std::vector<std::jthread> threads;
  std::atomic<int> failures = 0;
  for (int thread = 0; thread != 4; ++thread) {
    threads.emplace_back([&] {
      try {
        for (int i = 0; i != rounds; ++i) space.add("sum", 1);
      } catch (const std::exception&) {
        ++failures;
      }
    });
  }
  threads.clear();
  CHECK(failures == 0);
  CHECK(space.at<int>("sum") == 4 * rounds);
  CHECK(await([&] { return told == 4 * rounds; }));
}

TEST_CASE("Clients and brokers whose calls are interrupted come and go") {
  const InterruptedCalls interrupted;
  IpcBoard board;
  for (int i = 0; i != 20; ++i) {
    Client client = board->client();
    client.open("interrupted").set("x", i);
    CHECK(client.open("interrupted").at<int>("x") == i);
    if (i % 5 == 4) board->restart();
  }
}

TEST_CASE("A client whose calls are interrupted reconnects and goes on") {
  IpcBoard board;
  Client client = board->client();
  const Namespace space = client.open("interrupted");
  const InterruptedCalls interrupted;
  for (int i = 0; i != 3; ++i) {
    board->restart();
    CHECK(await([&] {
      try {
        space.set("x", i);
        return true;
      } catch (const Error& error) {
        return !error.retryable() && !error.may_have_applied();  // never: then the value is wrong
      }
    }));
    CHECK(space.at<int>("x") == i);
  }
}

TEST_CASE("Interrupted waits last as long as they were meant to") {
  const InterruptedCalls interrupted;
  const auto lasts = [](std::chrono::milliseconds least, auto wait) {
    const auto begin = std::chrono::steady_clock::now();
    wait();
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= least);
    CHECK(took < least + patience / 2);
  };
  client::Waker waker;
  pollfd item{waker.descriptor(), POLLIN, 0};
  lasts(50ms, [&] { client::wait_for({&item, 1}, 50ms); });
  client::Poller poller;
  poller.watch(waker.descriptor());
  lasts(50ms, [&] { CHECK_FALSE(poller.wait(50ms).has(waker.descriptor())); });
  zmq::pollitem_t polled{nullptr, waker.descriptor(), ZMQ_POLLIN, 0};
  lasts(50ms, [&] { client::poll(&polled, 1, 50ms); });

  ClientOptions options = impatient(100ms);
  options.endpoint = "tcp://127.0.0.1:9";  // nobody listens there
  options.close_timeout = 0ms;
  Client client(options);
  lasts(100ms, [&] { CHECK_THROWS_AS(client.open("x"), Error); });
  lasts(100ms, [&] { CHECK_THROWS_AS(client.publisher("x").set("y", 1), Error); });
  lasts(100ms, [&] { CHECK_THROWS_AS(client.namespaces(), Error); });

  const Board board;
  Client connected = board.client();
  const Namespace space = connected.open("x");
  lasts(50ms, [&] {
    CHECK_FALSE(space.wait_for(
        "y", [](const Value&) { return true; }, 50ms));
  });
}

TEST_CASE("A command connection whose calls are interrupted asks once") {
  const InterruptedCalls interrupted;
  const Board board;
  client::CommandConnection connection(board.endpoint());
  for (int i = 0; i != rounds; ++i) {
    CHECK_FALSE(connection.ask(wire::encode(wire::List{"", ""})).empty());
    CHECK(connection.transmissions() == 1);
  }
}
