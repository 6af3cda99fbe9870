// A broker that a program starts, and the URIs that it hands out.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/program.hpp"

using namespace bulletin::test;
using bulletin::Errc;
using bulletin::Manager;

namespace {

const std::string helper = std::string(BULLETIN_BIN_DIR) + "/bulletin-api";

// Whether somebody listens at tcp://127.0.0.1:PORT.
bool listens(const std::string& endpoint) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port =
      htons(static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1))));
  const bool connected =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return connected;
}

/// The one child of this process; 0: there is none.
pid_t broker_of_this_process() {
  pid_t child = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream(task.path() / "children") >> child;
    if (child != 0) break;
  }
  return child;
}

}  // namespace

TEST_CASE("a manager starts a broker and makes fresh namespaces", "[keyless]") {
  Manager manager({.bind = "tcp://127.0.0.1:*"});
  CHECK(manager.address().empty());
  CHECK(code_of([&] { manager.make_namespace(); }) == Errc::disconnected);
  manager.start();
  manager.start();
  CHECK(manager.address().starts_with("tcp://127.0.0.1:"));
  CHECK(listens(manager.address()));
  const bulletin::Namespace first = manager.make_namespace();
  const bulletin::Namespace second = manager.make_namespace();
  CHECK(first.name() != second.name());
  CHECK(first.empty());
  first.set("x", 1);
  CHECK(manager.open(first.name()).at<int>("x") == 1);
  bulletin::Client client({.endpoint = manager.address()});
  CHECK(client.open(first.name()).at<int>("x") == 1);
  CHECK(first.uri() == manager.address() + "#" + first.name());
}

TEST_CASE("another process opens what a URI names", "[keyless]") {
  Manager manager;
  manager.start();
  const bulletin::Namespace space = manager.open("plant/line 1/\xC3\xA4#%");
  space.set("greeting", "hello");
  Program reader(helper, {"get", space.uri(), "greeting"});
  CHECK(reader.read_line() == "\"hello\"");
  CHECK(reader.wait() == 0);
  Program writer(helper, {"set", space.uri(), "answer", "hi"});
  CHECK(writer.read_line() == "set");
  CHECK(writer.wait() == 0);
  space.sync();
  CHECK(space.at<std::string>("answer") == "hi");
}

TEST_CASE("all that open the same endpoint by URI share one client", "[keyless]") {
  const Board board;
  const bulletin::Namespace first = bulletin::open(board.endpoint() + "#a");
  const bulletin::Namespace second = bulletin::open(board.endpoint() + "#a");
  first.set("_private to the client", 1);
  CHECK(second.at<int>("_private to the client") == 1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { bulletin::open(board.endpoint() + "#b").add("n", 1); });
  for (std::thread& thread : threads) thread.join();
  CHECK(bulletin::open(board.endpoint() + "#b").at<int>("n") == 4);
  bulletin::Client watcher = board.client();
  CHECK(watcher.open("$sys/sessions")
            .wait_for(
                "1", [](const bulletin::Value&) { return true; }, patience));
}

TEST_CASE("one client serves every spelling of an endpoint and the one that none is given for",
          "[keyless]") {
  const Board board;
  const std::string port = board.endpoint().substr(board.endpoint().rfind(':') + 1);
  bulletin::open(board.endpoint() + "#spelled").set("_mark", 1);
  ::setenv("BULLETIN_ENDPOINT", board.endpoint().c_str(), 1);
  for (const std::string& endpoint :
       {std::string(), "tcp%3A//127.0.0.1:" + port, "tcp://127.0.0.1:0" + port, std::string()}) {
    CAPTURE(endpoint);
    CHECK(bulletin::open(endpoint + "#spelled").get_or("_mark", 0) == 1);
  }
  ::setenv("BULLETIN_ENDPOINT", ("tcp://127.0.0.1:00" + port).c_str(), 1);
  CHECK(bulletin::open("#spelled").get_or("_mark", 0) == 1);
  ::unsetenv("BULLETIN_ENDPOINT");
}

TEST_CASE("what can never be opened by URI makes no client", "[keyless]") {
  const auto threads = [] {
    const std::filesystem::directory_iterator all("/proc/self/task");
    return std::distance(begin(all), end(all));
  };
  const Board board;
  const auto before = threads();
  for (const char* space : {"", "a//b", "%00", "%FF"}) {
    CAPTURE(space);
    CHECK(code_of([&] { bulletin::open(board.endpoint() + "#" + space); }) == Errc::rejected);
  }
  CHECK(threads() == before);
}

TEST_CASE("shutdown ends the broker, again does nothing, and start begins anew", "[keyless]") {
  Manager manager;
  manager.shutdown();
  manager.start();
  const std::string address = manager.address();
  const bulletin::Namespace space = manager.make_namespace();
  space.set("x", 1);
  manager.shutdown();
  CHECK_FALSE(listens(address));
  CHECK(manager.address().empty());
  CHECK(space.at<int>("x") == 1);
  CHECK(code_of([&] { space.set("x", 2); }) == Errc::disconnected);
  CHECK(code_of([&] { manager.make_namespace(); }) == Errc::disconnected);
  manager.shutdown();
  manager.start();
  CHECK(manager.make_namespace().set("x", 1) > bulletin::Revision());
}

TEST_CASE("start begins anew when the broker has died", "[keyless]") {
  Manager manager({.bind = "tcp://127.0.0.1:*"});
  manager.start();
  const bulletin::Namespace before = manager.make_namespace();
  before.set("x", 1);
  const std::string address = manager.address();
  const pid_t broker = broker_of_this_process();
  REQUIRE(broker > 0);
  ::kill(broker, SIGKILL);
  siginfo_t end{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(broker), &end, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(listens(address));
  manager.start();
  CHECK(broker_of_this_process() != broker);
  CHECK(listens(manager.address()));
  const bulletin::Namespace after = manager.make_namespace();
  after.set("x", 2);
  CHECK(before.at<int>("x") == 1);
  CHECK(code_of([&] { before.set("x", 3); }) == Errc::disconnected);
}

TEST_CASE("the broker ends with its manager", "[keyless]") {
  std::string address;
  {
    Manager manager;
    manager.start();
    address = manager.address();
    Manager moved = std::move(manager);
    CHECK(listens(address));
    CHECK(moved.address() == address);
  }
  CHECK_FALSE(listens(address));
}

TEST_CASE("the broker ends when its starter is killed", "[keyless]") {
  Program starter(helper, {"manage"});
  const std::string line = starter.read_line();
  const std::string address = value_of(line, "address");
  REQUIRE(address.starts_with("tcp://127.0.0.1:"));
  CHECK(bulletin::open(value_of(line, "uri")).at<std::string>("greeting") == "hello");
  starter.signal(SIGKILL);
  CHECK(starter.wait() == -SIGKILL);
  CHECK(await([&] { return !listens(address); }));
}

TEST_CASE("the broker is not of its starter's process group: Ctrl-C is not its end", "[keyless]") {
  Program starter(helper, {"manage", "own group"});
  const std::string line = starter.read_line();
  const std::string address = value_of(line, "address");
  REQUIRE(address.starts_with("tcp://127.0.0.1:"));
  REQUIRE(::kill(-starter.pid(), SIGINT) == 0);
  Program writer(helper, {"set", value_of(line, "uri"), "x", "after"});
  CHECK(writer.read_line() == "set");
  CHECK(listens(address));
  starter.close_input();
  CHECK(starter.wait() == 0);
  CHECK(await([&] { return !listens(address); }));
}

TEST_CASE("a broker that cannot start says so", "[keyless]") {
  Manager nobody({.broker = "/no/such/program"});
  const bulletin::Error missing = failure_of([&] { nobody.start(); });
  CHECK(missing.code() == Errc::disconnected);
  CHECK(mentions(missing, "/no/such/program"));
  CHECK(mentions(missing, "BULLETIN_BROKER"));
  CHECK(nobody.address().empty());

  const Board board;
  Manager taken({.bind = board.endpoint()});
  const bulletin::Error in_use = failure_of([&] { taken.start(); });
  CHECK(in_use.code() == Errc::disconnected);
  CHECK(mentions(in_use, "exit status"));

  Manager wrong({.arguments = {"--no-such-option"}});
  CHECK(mentions(failure_of([&] { wrong.start(); }), "exit status"));

  Manager mute({.broker = "/bin/cat", .start_timeout = std::chrono::milliseconds(200)});
  CHECK(code_of([&] { mute.start(); }) == Errc::disconnected);
}

TEST_CASE("the broker is found by option, by the environment or beside the program", "[keyless]") {
  ::setenv("BULLETIN_BROKER", "/no/such/broker", 1);
  Manager by_environment;
  CHECK(mentions(failure_of([&] { by_environment.start(); }), "/no/such/broker"));
  Manager by_option({.broker = std::string(BULLETIN_BIN_DIR) + "/bulletin-broker"});
  by_option.start();
  CHECK(listens(by_option.address()));
  ::unsetenv("BULLETIN_BROKER");
  Manager beside;
  beside.start();
  CHECK(listens(beside.address()));
}

TEST_CASE("a manager's broker takes more arguments", "[keyless]") {
  Manager manager({.arguments = {"--limit-value-bytes", "100"}});
  manager.start();
  const bulletin::Namespace space = manager.make_namespace();
  CHECK(code_of([&] { space.set("x", std::string(200, 'x')); }) == Errc::rejected);
}

TEST_CASE("a manager's arguments win over its own", "[keyless]") {
  const TemporaryFolder folder;
  const std::string elsewhere = "ipc://" + (folder.path() / "elsewhere").string();
  for (const std::vector<std::string>& bind :
       {std::vector<std::string>{"--bind", elsewhere}, {"--bind=" + elsewhere}}) {
    Manager manager({.bind = "tcp://127.0.0.1:*", .arguments = bind});
    manager.start();
    CHECK(manager.address() == elsewhere);
    CHECK(manager.make_namespace().set("x", 1) > bulletin::Revision());
  }
  Manager wordy({.arguments = {"--log-level", "error", "--log-level", "warning"}});
  wordy.start();
  CHECK(listens(wordy.address()));
}

TEST_CASE("a manager's broker may be at any path that a socket can have", "[keyless]") {
  const TemporaryFolder folder;
  for (const std::string name : {"a b",
                                 " leading",
                                 "trailing ",
                                 "two  blanks",
                                 "50%",
                                 "%20",
                                 "a#b",
                                 "a'b\"c",
                                 "a\\b",
                                 "$HOME",
                                 "a,b",
                                 "a=b",
                                 "b updates=c",
                                 "x updates=ipc:",
                                 "sp\xC3\xA4t",
                                 "\xE6\x97\xA5",
                                 "*x",
                                 "a;b",
                                 "-x",
                                 "a.updates",
                                 "~"}) {
    CAPTURE(name);
    const std::string endpoint = "ipc://" + (folder.path() / name).string();
    Manager manager({.bind = endpoint});
    manager.start();
    CHECK(manager.address() == endpoint);
    const bulletin::Namespace space = manager.open("of/" + name);
    space.set("x", 1);
    CHECK(bulletin::open(space.uri()).at<int>("x") == 1);
    bulletin::Client client({.endpoint = manager.address()});
    CHECK(client.open("of/" + name).at<int>("x") == 1);
  }
  std::string longest = "ipc://" + (folder.path() / "").string();
  longest.resize(std::string("ipc://").size() + 99, 'x');
  Manager manager({.bind = longest});
  manager.start();
  CHECK(manager.address() == longest);
  Manager elsewhere({.bind = "ipc://" + (folder.path() / "a b").string(),
                     .arguments = {"--updates", "ipc://" + (folder.path() / "c d").string()}});
  elsewhere.start();
  CHECK(elsewhere.address() == "ipc://" + (folder.path() / "a b").string());
}

TEST_CASE("a manager refuses at once what cannot be an endpoint", "[keyless]") {
  for (const char* bind :
       {"", "nonsense", "tcp://", "tcp://[]:*", "tcp://127.0.0.1", "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:65536", "tcp://127.0.0.1:+5", "tcp://127.0.0.1: 5", "tcp://a;127.0.0.1:1",
        "inproc://x", "udp://127.0.0.1:5", "ipc://", "ipc://a\nb"}) {
    CAPTURE(bind);
    Manager manager({.bind = bind});
    const bulletin::Error error = failure_of([&] { manager.start(); });
    CHECK(error.code() == Errc::rejected);
    CHECK(mentions(error, "ManagerOptions::bind"));
    CHECK(manager.address().empty());
  }
}
