// bulletin-broker as its users meet it: a process.

#include <csignal>
#include <fstream>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

const std::string program = BULLETIN_BIN_DIR "/bulletin-broker";

/// A started broker at a free port.
struct Running {
  explicit Running(std::vector<std::string> arguments = {})
      : process(program, with_port(std::move(arguments))) {
    ready = process.read_line();
  }

  static std::vector<std::string> with_port(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--bind", "tcp://127.0.0.1:*"});
    return arguments;
  }

  std::string commands() const { return value_of(ready, "commands"); }

  Program process;
  std::string ready;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("The broker says ready once, with real ports, and serves") {
  Running broker;
  CHECK(broker.ready.starts_with("ready commands=tcp://127.0.0.1:"));
  CHECK(has(broker.ready, " updates=tcp://127.0.0.1:"));
  CHECK_FALSE(has(broker.ready, "*"));
  RawClient client(broker.commands());
  const wire::Welcome welcome = client.hello();
  CHECK(value_of(broker.ready, "updates") ==
        "tcp://127.0.0.1:" + std::to_string(welcome.updates.port));
  CHECK(client.write("a", Transaction().set("x", 1)).status == wire::Status::ok);
  CHECK(broker.process.output().empty());
}

TEST_CASE("SIGTERM, SIGINT and SIGHUP end the broker cleanly") {
  for (const auto& [signal, name] :
       {std::pair{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGHUP, "SIGHUP"}}) {
    Running broker;
    REQUIRE(broker.ready.starts_with("ready"));
    broker.process.signal(signal);
    CHECK(broker.process.wait() == 0);
    CHECK(has(broker.process.errors(), std::string("reason=") + name));
    CHECK(broker.process.output().empty());
  }
}

TEST_CASE("With nohup the broker outlives its terminal") {
  Program broker("/bin/sh", {"-c", "trap '' HUP; exec " + program + " --bind 'tcp://127.0.0.1:*'"});
  const std::string commands = value_of(broker.read_line(), "commands");
  broker.signal(SIGHUP);
  RawClient client(commands);
  client.hello();
  CHECK(broker.wait(std::chrono::milliseconds(0)) == Program::running);
}

TEST_CASE("A broker that is told to ends with its starter's pipe") {
  Running broker({"--exit-on-eof", "0"});
  RawClient client(broker.commands());
  client.hello();
  broker.process.close_input();
  CHECK(broker.process.wait() == 0);
}

TEST_CASE("Without being told so, a broker outlives its standard input") {
  Running broker;
  broker.process.close_input();
  RawClient client(broker.commands());
  client.hello();
  CHECK(client.write("a", Transaction().set("x", 1)).status == wire::Status::ok);
  CHECK(broker.process.wait(std::chrono::milliseconds(0)) == Program::running);
}

TEST_CASE("A port that is taken ends a broker with 1, and the message says which and what to do") {
  Running first;
  Program second(program, {"--bind", first.commands()});
  CHECK(second.wait() == 1);
  CHECK(has(second.errors(), first.commands()));
  CHECK(has(second.errors(), "choose another"));
  CHECK(second.output().empty());
}

TEST_CASE("A port whose neighbour is taken, and a name that is none, are told as such") {
  Running first;
  const std::string updates = value_of(first.ready, "updates");
  Program second(program, {"--bind", "tcp://127.0.0.1:*", "--updates", updates});
  CHECK(second.wait() == 1);
  CHECK(has(second.errors(), "cannot bind " + updates + " (option updates)"));
  Program third(program, {"--insecure", "--bind", "tcp://nosuch.invalid:6602"});
  CHECK(third.wait() == 1);
  CHECK(has(third.errors(), "cannot bind tcp://nosuch.invalid:6602 (option bind): cannot resolve"));
}

TEST_CASE("Too few descriptors end a broker with 1, and the message says how many it needs") {
  Program broker("/bin/sh",
                 {"-c", "ulimit -n 12; exec " + program + " --bind 'tcp://127.0.0.1:*'"});
  CHECK(broker.wait() == 1);
  CHECK(has(broker.errors(), "may open 12 files"));
}

TEST_CASE("A ready line that cannot be written ends a broker with 1") {
  const std::string command = program + " --bind 'tcp://127.0.0.1:*' ";
  for (const char* output : {">/dev/full", ">&-"}) {
    INFO(output);
    Program broker("/bin/sh", {"-c", "exec " + command + output});
    CHECK(broker.wait() == 1);
    CHECK(has(broker.errors(), "cannot write the ready line"));
  }
}

TEST_CASE("Wrong usage ends a broker with 2, and the message names the option") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--colour", "red"}, "--colour"},
      {{"--beat-ms", "often"}, "beat-ms"},
      {{"--beat-ms", "0"}, "beat-ms"},
      {{"--log-level", "loud"}, "log-level"},
      {{"--advertise", "gateway"}, "advertise"},
      {{"--bind", "udp://x"}, "bind"},
      {{"--config", "/nowhere/board.toml"}, "/nowhere/board.toml"},
      {{"--config", "/tmp"}, "/tmp"},
      {{"--config", ""}, "config"},
      {{"--exit-on-eof", "77"}, "77"},
      {{"surplus"}, "surplus"},
      {{"--updates", "tcp://127.0.0.1:5570"}, "updates: 'tcp://127.0.0.1:5570'"},
      {{"--limit-transaction-bytes", "10"}, "limit-transaction-bytes: 10 is less than"},
      {{"--log-level", "\x1b[31m"}, "'\\x1b[31m'"},
  };
  for (const auto& [arguments, part] : cases) {
    Program broker(program, arguments);
    INFO(part);
    CHECK(broker.wait() == 2);
    CHECK(has(broker.errors(), part));
    CHECK(broker.errors().starts_with("bulletin-broker: "));
    CHECK(broker.output().empty());
  }
}

TEST_CASE("The command line wins over the configuration file") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "board.toml").string();
  std::ofstream(path) << "session-ms = 7000\nbeat-ms = 300\nlimit-value-bytes = 99\n";
  Running broker({"--config", path, "--beat-ms", "400"});
  RawClient client(broker.commands());
  const wire::Welcome welcome = client.hello();
  CHECK(welcome.session_ms == 7000);
  CHECK(welcome.beat_ms == 400);
  CHECK(welcome.limits.value_bytes == 99);
}

TEST_CASE("A bad configuration file ends a broker with 2, and names key and line") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "board.toml").string();
  std::ofstream(path) << "\nbete-ms = 300\n";
  Program broker(program, {"--config", path});
  CHECK(broker.wait() == 2);
  CHECK(has(broker.errors(), path + ":2:"));
  CHECK(has(broker.errors(), "bete-ms"));
}

TEST_CASE("Help and version go to standard output and end with 0") {
  Program help(program, {"--help"});
  CHECK(help.wait() == 0);
  for (const char* part :
       {"--bind", "--config", "--exit-on-eof", "ready commands=", "Exit status"}) {
    CHECK(has(help.output(), part));
  }
  Program version(program, {"--version"});
  CHECK(version.wait() == 0);
  CHECK(version.output().starts_with("bulletin-broker "));
}

TEST_CASE("A broker that was stopped for a while ends no session for its own absence") {
  Running broker({"--beat-ms", "100", "--session-ms", "1500"});
  RawClient client(broker.commands());
  client.hello();
  client.write("a", Transaction().set("mine", 1, {.ephemeral = true}));
  broker.process.signal(SIGSTOP);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(3000);
  await([&] { return std::chrono::steady_clock::now() > end; });
  broker.process.signal(SIGCONT);
  client.keep_alive();
  CHECK(client.read("a", "mine") == Value(1));
}

TEST_CASE("A broker that was killed leaves a path that the next one can use") {
  const TemporaryFolder folder;
  const std::string endpoint = "ipc://" + (folder.path() / "board").string();
  for (int i = 0; i < 2; ++i) {
    Program broker(program, {"--bind", endpoint});
    CHECK(value_of(broker.read_line(), "commands") == endpoint);
    RawClient client(endpoint);
    client.hello();
    broker.signal(SIGKILL);
    CHECK(broker.wait() == -SIGKILL);
  }
}
