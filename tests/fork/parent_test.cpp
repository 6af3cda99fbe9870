// A fork does not disturb the parent, however its child ends.
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "fork/child.hpp"
#include "fork/outside_broker.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/gate.hpp"
#include "support/program.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::ClientEvent;
using bulletin::Revision;
using bulletin::Value;

namespace {

const std::string helper = std::string(BULLETIN_BIN_DIR) + "/bulletin-fork";

std::size_t descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

// A parent with everything that a child must not end.
struct Household {
  Household() {
    bulletin::ClientOptions options;
    options.on_state = [this](ClientEvent event) {
      if (event == ClientEvent::session_lost) ++lost_sessions;
    };
    client.emplace(broker.client(options));
    space.emplace(client->open("family"));
    ephemeral = space->set("ephemeral", 1, {.ephemeral = true});
    watch.emplace(space->watch("x", [this](const bulletin::Change& change) {
      const int x = change.value->as<int>();
      if (x != last + 1 || change.skipped != 0) ++holes;
      last = x;
    }));
    other_space = other.open("family");
  }

  // Writes once more, and looks at everything.
  void check() {
    const int before = last;
    space->set("x", before + 1);
    CHECK(await([&] { return last == before + 1; }));
    CHECK(holes == 0);
    CHECK(lost_sessions == 0);
    other_space->sync();
    REQUIRE(other_space->contains("ephemeral"));
    CHECK(other_space->read<int>("ephemeral")->revision == ephemeral);
    CHECK(space->freshness().state != bulletin::Freshness::State::stale);
  }

  OutsideBroker broker;
  bulletin::Client other = broker.client();
  std::optional<bulletin::Namespace> other_space;
  std::atomic<int> lost_sessions{0};
  std::atomic<int> last{-1};
  std::atomic<int> holes{0};
  std::optional<bulletin::Client> client;
  std::optional<bulletin::Namespace> space;
  std::optional<bulletin::Subscription> watch;
  Revision ephemeral;
};

}  // namespace

TEST_CASE("the parent goes on undisturbed, however a child ends") {
  Household home;
  const std::vector<std::pair<const char*, std::function<void()>>> lives{
      {"at once", [] {}},
      {"used", [&] { home.space->set("child", 1); }},
      {"killed",
       [&] {
         home.space->set("child", 2);
         ::kill(::getpid(), SIGKILL);
       }},
      {"destroys the client unused", [&] { home.client.reset(); }},
      {"destroys the client used",
       [&] {
         home.space->set("child", 3, {.ephemeral = true});
         home.client.reset();
       }},
      {"destroys the subscription", [&] { home.watch.reset(); }},
      {"destroys the subscription used",
       [&] {
         (void)home.space->get<int>("x");
         home.watch.reset();
       }},
      {"destroys everything",
       [&] {
         home.watch.reset();
         home.space.reset();
         home.client.reset();
       }},
      {"calls exit", [] { std::exit(0); }},
      {"calls exit used",
       [&] {
         home.space->set("child", 4);
         std::exit(0);
       }},
  };
  for (const auto& [how, life] : lives) {
    CAPTURE(how);
    Child child([&, life = life](const Parent&) { life(); });
    const int code = child.wait();
    CHECK((code == 0 || code == -SIGKILL));
    home.check();
  }
  // The child that said goodbye took its own ephemeral attribute along, and nothing else.
  home.other_space->sync();
  CHECK(home.other_space->at<int>("child") == 4);
}

TEST_CASE("a child's ephemerals go with its session, its parent's stay") {
  Household home;
  {
    Child said_goodbye([&](const Parent& parent) {
      home.space->set("childs", 1, {.ephemeral = true});
      parent.tell("set");
      parent.hear();
      home.client.reset();
    });
    CHECK(said_goodbye.line() == "set");
    home.other_space->sync();
    CHECK(home.other_space->contains("childs"));
    said_goodbye.tell();
    CHECK(said_goodbye.wait() == 0);
    CHECK(await([&] { return !home.other_space->contains("childs"); }));
  }
  Child gone([&](const Parent&) { home.space->set("childs", 1, {.ephemeral = true}); });
  CHECK(gone.wait() == 0);
  home.other_space->sync();
  CHECK(home.other_space->contains("childs"));
  CHECK(await([&] { return !home.other_space->contains("childs"); }));  // by its session time
  home.check();
}

TEST_CASE("a child does not bring back what its parent made ephemeral") {
  Household home;
  Child child([&](const Parent& parent) {
    parent.hear();
    home.space->set("child", 1);
    home.space->sync();
    parent.tell(std::to_string(home.space->contains("ephemeral")));
  });
  home.space->erase("ephemeral");
  child.tell();
  CHECK(child.line() == "0");
  CHECK(child.wait() == 0);
  home.other_space->sync();
  CHECK_FALSE(home.other_space->contains("ephemeral"));
}

TEST_CASE("what was posted stays the parent's to send and to flush, and a child posts on its own") {
  Gate gate;
  const Board board;
  gate.lead_to(board.endpoint());
  bulletin::Client client({.endpoint = gate.endpoint()});
  const bulletin::Namespace space = client.open("family");
  gate.hold();
  space.post("parent", 1);
  Child child([&](const Parent& parent) {
    parent.hear();
    space.post("child", 1);
    space.flush();
    parent.tell(std::to_string(space.at<int>("child")));
  });
  gate.open();
  space.flush();
  CHECK(space.at<int>("parent") == 1);
  const auto revision = space.read<int>("parent")->revision;
  child.tell();
  CHECK(child.line() == "1");
  CHECK(child.wait() == 0);
  space.sync();
  CHECK(space.read<int>("parent")->revision == revision);
}

TEST_CASE("futures and other threads' calls that were pending stay the parent's") {
  Gate gate;
  const Board board;
  gate.lead_to(board.endpoint());
  bulletin::Client client({.endpoint = gate.endpoint()});
  const bulletin::Namespace space = client.open("family");
  space.set("x", 0);
  gate.hold();
  std::optional<std::future<Revision>> future(space.set_async("async", 1));
  std::atomic<bool> written{false};
  std::atomic<bool> synchronised{false};
  std::thread writer([&] {
    space.set("x", 1);
    written = true;
  });
  std::thread reader([&] {
    space.sync();
    synchronised = true;
  });
  REQUIRE(future->wait_for(50ms) == std::future_status::timeout);
  Child child([&](const Parent& parent) {
    // The gate's thread is the parent's as well: the child's own connections pass it.
    parent.tell(std::to_string(space.at<int>("x")));
    parent.hear();
    parent.tell(std::to_string(space.add("child", 1)));
    parent.tell(future->wait_for(0s) == std::future_status::timeout ? "pending" : "ready");
    future.reset();
    parent.tell(std::to_string(written) + std::to_string(synchronised));
  });
  CHECK(child.line() == "0");
  CHECK_FALSE(written);
  gate.open();
  writer.join();
  reader.join();
  CHECK(future->get() > Revision());
  child.tell();
  CHECK(child.line() == "1");
  CHECK(child.line() == "pending");
  CHECK(child.line() == "00");
  CHECK(child.wait() == 0);
  CHECK(space.at<int>("x") == 1);
  CHECK(space.at<int>("async") == 1);
}

TEST_CASE("a fork in a watch callback makes a child that goes on in the callback") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  const bulletin::Namespace space = client.open("family");
  std::optional<Child> child;
  std::atomic<bool> forked{false};
  std::atomic<int> told{0};
  const auto subscription = space.watch("x", [&](const bulletin::Change& change) {
    ++told;
    if (*change.value != 1) return;
    child.emplace([&](const Parent& parent) {
      parent.tell(std::to_string(space.at<int>("x")));
      parent.tell(std::to_string(space.set("child", 1).value() > 0));
      parent.tell(std::to_string(space.wait_for(
          "x", [](const Value& x) { return x == 2; }, patience)));
      std::atomic<int> own{0};
      const auto watch = space.watch("x", [&](const bulletin::Change&) { ++own; });
      parent.tell(std::to_string(await([&] { return own > 0; })));
    });
    forked = true;
  });
  space.set("x", 1);
  REQUIRE(await([&] { return forked.load(); }));
  CHECK(child->line() == "1");
  CHECK(child->line() == "1");
  space.set("x", 2);
  CHECK(child->line() == "1");
  CHECK(child->line() == "1");
  CHECK(child->wait() == 0);
  CHECK(await([&] { return told == 2; }));
}

TEST_CASE("a child that returns from its parent's callback ends, and its parent goes on") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  const bulletin::Namespace space = client.open("family");
  std::atomic<pid_t> child{0};
  std::atomic<int> told{0};
  const auto subscription = space.watch("x", [&](const bulletin::Change& change) {
    ++told;
    if (*change.value == 1) {
      const pid_t pid = ::fork();
      if (pid == 0) ::alarm(100);
      if (pid != 0) child = pid;
    }
  });
  space.set("x", 1);
  REQUIRE(await([&] { return child != 0; }));
  CHECK(wait_for(child) == 0);
  space.set("x", 2);
  CHECK(await([&] { return told == 2; }));
}

TEST_CASE("a program that returns from main in the child ends nothing of its parent") {
  // Manager, clients, subscriptions and what was opened by URI are destroyed in both processes.
  for (const char* life : {"return", "exit", "used return", "used exit"}) {
    CAPTURE(life);
    Program program(helper, {life});
    CHECK(program.read_line() == "child ended 0");
    CHECK(program.read_line() == "broker there");
    CHECK(program.read_line() == "ephemeral there");
    CHECK(program.read_line() == "watch told");
    CHECK(program.wait() == 0);
    CHECK(program.errors() == "");
  }
}

TEST_CASE("a child that runs another program leaves nothing open in it") {
  const auto open_in_new_program = [] {
    Child child([](const Parent& parent) {
      int ends[2];
      if (::pipe(ends) != 0) return;
      const pid_t pid = ::fork();
      if (pid == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execl(helper.c_str(), helper.c_str(), "descriptors", nullptr);
        ::_exit(9);
      }
      ::close(ends[1]);
      char bytes[64];
      const ssize_t size = ::read(ends[0], bytes, sizeof bytes);
      parent.tell(std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0));
      wait_for(pid);
    });
    return child.line();
  };
  const std::string without = open_in_new_program();
  REQUIRE_FALSE(without.empty());
  Household home;
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace space = manager.make_namespace();
  const Board embedded;
  CHECK(open_in_new_program() == without);
  home.check();
  CHECK(space.set("x", 1) > Revision());
}

TEST_CASE("many forks cost the parent no descriptors and no threads") {
  Household home;
  home.check();
  const std::size_t before = descriptors();
  for (int i = 0; i < 30; ++i) {
    Child child([&](const Parent&) { home.space->add("children", 1); });
    CHECK(child.wait() == 0);
  }
  home.space->sync();
  CHECK(home.space->at<int>("children") == 30);
  CHECK(descriptors() <= before);
  home.check();
}

TEST_CASE("a fork of a program that does not use its clients any more is harmless") {
  const OutsideBroker broker;
  std::optional<bulletin::Client> client(broker.client());
  const bulletin::Namespace space = client->open("family");
  space.set("x", 1);
  client.reset();
  Child child([&](const Parent& parent) {
    parent.tell(std::to_string(space.at<int>("x")));
    try {
      space.set("x", 2);
    } catch (const bulletin::Error& error) {
      parent.tell(std::string(to_string(error.code())));
    }
    bulletin::Client own = broker.client();
    parent.tell(std::to_string(own.open("family").at<int>("x")));
  });
  CHECK(child.line() == "1");
  CHECK(child.line() == "disconnected");
  CHECK(child.line() == "1");
  CHECK(child.wait() == 0);
}
