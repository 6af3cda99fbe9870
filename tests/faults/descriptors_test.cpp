// Processes that have hardly any descriptors left: errors, and never an abort.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/command_connection.hpp"
#include "faults/few_descriptors.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/guarded_board.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_free = 60;

// How a child's attempt ended.
constexpr int worked = 0;
constexpr int wrong_value = 2;
constexpr int wrong_error = 3;
constexpr int leaked = 4;
constexpr int refused = 5;

// Does it with so many free descriptors, in a child. Only an Error of that code is no fault.
int attempt(std::size_t free, Errc expected, const std::function<bool()>& work) {
  return outcome_in_child([&] {
    const FewDescriptors few(free);
    int outcome = worked;
    try {
      if (!work()) outcome = wrong_value;
    } catch (const Error& error) {
      const bool right = error.code() == expected && mentions(error, "Too many open files");
      if (!right) std::fprintf(stderr, "with %zu free: %s\n", free, error.what());
      outcome = right ? refused : wrong_error;
    }
    return few.count_free() == free ? outcome : leaked;
  });
}

// The exit code of a program that may have so many descriptors, its standard streams included.
int run_with(rlim_t most, std::vector<std::string> words) {
  return outcome_in_child([&] {
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);  // also what this test has inherited
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::execv(arguments.front(), arguments.data());
    return 100;
  });
}

// From none to many: each attempt is refused or works, and with many it works.
void try_all(Errc expected, const std::function<bool()>& work) {
  for (std::size_t free = 0; free <= most_free; ++free) {
    CAPTURE(free);
    const int outcome = attempt(free, expected, work);
    CHECK((outcome == worked || outcome == refused));
    if (free == 0) CHECK(outcome == refused);
    if (free == most_free) CHECK(outcome == worked);
  }
}

}  // namespace

TEST_CASE("A client with few free descriptors works or says why not") {
  const Board board;
  try_all(Errc::disconnected, [&] {
    Client client(board.options(impatient(10s)));
    const Namespace space = client.open("few");
    space.set("x", 1);
    return space.at<int>("x") == 1 && client.publisher("few").add("x", 1) == 2;
  });
}

TEST_CASE("A command connection with few free descriptors works or says why not") {
  const Board board;
  try_all(Errc::disconnected, [&] {
    client::CommandConnection connection(board.endpoint(), {}, 10s);
    return !connection.ask(wire::encode(wire::List{"", ""})).empty();
  });
}

TEST_CASE("An embedded broker with few free descriptors starts or says why not") {
  try_all(Errc::rejected, [] {
    Broker broker(short_times());
    broker.start();
    const bool runs = broker.running();
    broker.stop();
    return runs;
  });
}

TEST_CASE("A Manager with few free descriptors starts or says why not") {
  try_all(Errc::disconnected, [] {
    Manager manager({.broker = BULLETIN_BIN_DIR "/bulletin-broker"});
    manager.start();
    return manager.open("few").set("x", 1) != absent;
  });
}

TEST_CASE("A forked child with few free descriptors reads and says why it cannot write") {
  const Board board;
  Client client = board.client();
  const Namespace space = client.open("few");
  space.set("x", 1);
  for (std::size_t free = 0; free <= 30; ++free) {
    CAPTURE(free);
    const int outcome = outcome_in_child([&] {
      FewDescriptors few(free);
      if (space.at<int>("x") != 1 || space.get_or("y", 7) != 7) return wrong_value;
      try {
        space.set("z", 1);
      } catch (const Error& error) {
        if (error.code() != Errc::disconnected || !mentions(error, "Too many open files"))
          return wrong_error;
        if (space.at<int>("x") != 1) return wrong_value;
        few.release();
        space.set("z", 1);  // tries again
      }
      return space.at<int>("z") == 1 ? worked : wrong_value;
    });
    CHECK(outcome == worked);
  }
}

TEST_CASE("A client that has no descriptor to reconnect goes on when there are some") {
  for (const std::size_t free : {0, 1, 2, 3, 4, 5}) {
    CAPTURE(free);
    IpcBoard board;
    const std::string endpoint = board->endpoint();
    std::vector<int> up(2);
    std::vector<int> down(2);
    REQUIRE(::pipe(up.data()) == 0);
    REQUIRE(::pipe(down.data()) == 0);
    std::jthread restarts([&] {
      char byte = 0;
      if (::read(up[0], &byte, 1) != 1) return;
      board->restart();
      (void)!::write(down[1], &byte, 1);
    });
    const int outcome = outcome_in_child([&] {
      ClientOptions options = impatient(300ms);
      options.endpoint = endpoint;
      options.open_timeout = patience;
      Client client(options);
      const Namespace space = client.open("few");
      space.set("x", 1);
      char byte = 0;
      FewDescriptors few(free);
      (void)!::write(up[1], &byte, 1);
      (void)!::read(down[0], &byte, 1);
      for (int i = 0; i != 3; ++i) {
        try {
          space.set("x", 2);
        } catch (const Error& error) {
          if (error.code() == Errc::in_doubt && i == 0) continue;  // it was under way
          if (!error.retryable()) return wrong_error;
        }
      }
      few.release();
      const bool again = await([&] {
        try {
          space.set("x", 3);
          return space.freshness().state == Freshness::State::connected;
        } catch (const Error&) {
          return false;
        }
      });
      return again && space.at<int>("x") == 3 ? worked : wrong_value;
    });
    CHECK(outcome == worked);
    for (const int end : {up[0], up[1], down[0], down[1]}) ::close(end);
  }
}

TEST_CASE("No program aborts for want of descriptors") {
  const Board board;
  constexpr int no_broker = 3;
  for (rlim_t most = 4; most <= 22; most += 2) {
    CAPTURE(most);
    for (const std::string verb : {"get", "set", "watch", "ping", "stat", "dump"}) {
      CAPTURE(verb);
      std::vector<std::string> words{BULLETIN_BIN_DIR "/bulletin", "--endpoint", board.endpoint(),
                                     verb};
      if (verb != "ping" && verb != "stat") words.emplace_back("few");
      if (verb == "get" || verb == "set") words.emplace_back("x");
      if (verb == "set") words.emplace_back("1");
      CHECK(run_with(most, words) == no_broker);
    }
    CHECK(run_with(most, {BULLETIN_BIN_DIR "/bulletin-broker", "--bind", "tcp://127.0.0.1:*"}) ==
          1);
  }
}

TEST_CASE("A broker whose host holds all descriptors reads its keys when there is one") {
  const int outcome = outcome_in_child([] {
    GuardedBoard board;
    Client alice(board.options("alice"));
    const Namespace space = alice.open("few");
    space.set("x", 1);
    board.authorize({"bob"});
    FewDescriptors few(0);
    board.reload();
    if (!board.await_turn()) return wrong_value;
    if (space.freshness().state != Freshness::State::connected) return wrong_value;
    few.release();
    const bool left = await([&] { return space.freshness().state != Freshness::State::connected; });
    return left ? worked : wrong_value;
  });
  CHECK(outcome == worked);
}
