// What becomes of a program whose standard streams are closed, full, or pipes that nobody reads.

#include <string>
#include <string_view>
#include <vector>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using bulletin::test::bin_folder;
using bulletin::test::BrokerProgram;
using bulletin::test::Result;
using bulletin::test::run_shell;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string broker_program = bin_folder + "/bulletin-broker";

/// Descriptor 9 is a pipe that nobody reads.
std::string with_broken_pipe(const std::string& command) {
  return "pipe=$(mktemp -u) && mkfifo $pipe && exec 8<>$pipe 9>$pipe 8<&- && rm $pipe; " + command;
}

/// A stream that takes nothing.
const std::vector<std::string> outputs = {">/dev/full", ">&-", ">&9"};
const std::vector<std::string> errors = {"2>/dev/full", "2>&-", "2>&9"};

/// The exit code is this one whatever standard error is, and `otherwise` when there is something to
/// print and standard output takes nothing.
struct Command {
  std::string words;
  int exit;
  int otherwise;
  bool ends_with_reader = false;  ///< a reader that has gone is a good end
};

void check(const Command& command) {
  INFO(command.words);
  for (const std::string& broken : errors) {
    INFO(broken);
    CHECK(run_shell(with_broken_pipe(command.words + ' ' + broken)).exit == command.exit);
  }
  for (const std::string& output : outputs) {
    if (command.ends_with_reader && output == ">&9") continue;
    INFO(output);
    const Result result = run_shell(with_broken_pipe(command.words + ' ' + output));
    CHECK(result.exit == command.otherwise);
    if (command.exit != command.otherwise)
      CHECK_THAT(result.errors, ContainsSubstring("cannot write the "));
    for (const std::string& broken : errors) {
      INFO(broken);
      CHECK(run_shell(with_broken_pipe(command.words + ' ' + output + ' ' + broken)).exit ==
            command.otherwise);
    }
  }
  CHECK(run_shell(command.words + " <&- >/dev/null").exit == command.exit);
  CHECK(run_shell(command.words + " <&- >&- 2>&-").exit == command.otherwise);
}

}  // namespace

TEST_CASE("whatever standard output and error are a verb ends with its exit code") {
  const BrokerProgram broker;
  REQUIRE(broker.output_of({"set", "plant", "speed", "1"}).empty());
  const std::string there = "$bulletin --endpoint " + broker.endpoint() + ' ';
  const std::string nowhere = "$bulletin --endpoint tcp://127.0.0.1:1 --timeout 100ms ";
  for (const Command& command : std::vector<Command>{
           {there + "get plant speed", 0, 1},
           {there + "show plant", 0, 1},
           {there + "dump --all", 0, 1},
           {there + "stat --json", 0, 1},
           {there + "ping --count 2 --interval 1ms", 0, 1},
           {there + "set plant mode 1", 0, 0},
           {there + "get plant absent", 1, 1},
           {there + "fly", 2, 2},
           {there + "load plant /no/such/file", 2, 2},
           {nowhere + "ls", 3, 3},
           {nowhere + "watch plant", 3, 3},
           {there + "top --count 1 --interval 100ms", 0, 1, true},
           {there + "watch plant --count 1", 0, 1, true},
           {"$bulletin", 2, 2},
           {"$bulletin --help", 0, 1},
           {"$bulletin --version", 0, 1},
           {"$bulletin get --help", 0, 1},
           {"$bulletin help set", 0, 1},
       }) {
    check(command);
  }
}

TEST_CASE("whatever standard output and error are the broker program ends with its exit code") {
  const TemporaryFolder folder;
  const std::string data = (folder.path() / "data").string();
  {
    const BrokerProgram broker({"--data", data});
    REQUIRE(broker.output_of({"set", "plant", "speed", "1"}).empty());
  }
  for (const Command& command : std::vector<Command>{
           {"--help", 0, 1},
           {"--version", 0, 1},
           {"check " + data, 0, 1},
           {"check-config", 0, 1},
           {"check /no/such/folder", 1, 1},
           {"check-config --metrics 9570", 2, 2},
           {"--fly", 2, 2},
           {"--bind nowhere", 2, 2},
       }) {
    check({broker_program + ' ' + command.words, command.exit, command.otherwise});
  }
}

TEST_CASE("what a program prints never gets into a socket in the place of a closed stream") {
  // Without a standard output the first socket would get its number.
  const BrokerProgram broker;
  const std::string there = "$bulletin --endpoint " + broker.endpoint() + ' ';
  REQUIRE(broker.output_of({"set", "plant", "text", "\"abc\""}).empty());
  for (const char* closed : {">&-", "<&- >&-", "<&- >&- 2>&-", "2>&- >&-"}) {
    INFO(closed);
    CHECK(run_shell(there + "get plant text " + closed).exit == 1);
    CHECK(run_shell(there + "ping --count 3 --interval 1ms " + closed).exit == 1);
    CHECK(run_shell(there + "watch plant --count 1 " + closed).exit == 1);
  }
  CHECK(run_shell(there + "set plant text - <&-").exit == 2);
  CHECK(broker.output_of({"get", "plant", "text"}) == "\"abc\"\n");
}

TEST_CASE("a starter whose pipe is not there is wrong usage") {
  const std::string command = broker_program + " --bind 'tcp://127.0.0.1:*' --exit-on-eof ";
  CHECK(run_shell(command + "0 <&-").exit == 2);
  CHECK(run_shell(command + "1 >/dev/null").exit == 2);
}

TEST_CASE("a log that cannot be written ends no broker") {
  for (const std::string& broken : errors) {
    INFO(broken);
    const Result result = run_shell(with_broken_pipe(
        "coproc exec " + broker_program + " --log-level trace --bind 'tcp://127.0.0.1:*' " +
        "--exit-on-eof 0 " + broken + "; read -r _ commands _ <&${COPROC[0]}; " +
        "for i in 1 2 3; do $bulletin --endpoint ${commands#commands=} set plant speed $i || "
        "exit; " +
        "done; $bulletin --endpoint ${commands#commands=} get plant speed; "
        "pid=$COPROC_PID; exec {COPROC[1]}>&-; wait $pid"));
    CHECK(result.exit == 0);
    CHECK(result.output == "3\n");
    CHECK(result.errors.empty());
  }
}
