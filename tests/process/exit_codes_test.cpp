// How `bulletin` ends when it cannot do what it was asked, and what it says.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "process/shell.hpp"
#include "support/catch.hpp"
#include "support/raw_broker.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

using bulletin::test::BrokerProgram;
using bulletin::test::RawBroker;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using bulletin::test::run_shell;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// What is on standard error is for people: one line that names the program.
void check_complaint(const Result& result, int exit, const std::string& about) {
  CHECK(result.exit == exit);
  CHECK_THAT(result.errors, StartsWith("bulletin: "));
  CHECK_THAT(result.errors, ContainsSubstring(about));
  CHECK(result.errors.find('\n') + 1 == result.errors.size());
  CHECK(result.output.empty());
}

/// Begins sessions, and never answers anything else.
std::optional<std::string> begin_sessions_only(std::string_view request) {
  if (!std::holds_alternative<bulletin::wire::Hello>(bulletin::wire::decode_request(request)))
    return std::nullopt;
  bulletin::wire::Welcome welcome;
  welcome.session.number = 1;
  return bulletin::wire::encode(welcome);
}

}  // namespace

TEST_CASE("what is absent is exit 1") {
  const BrokerProgram broker;
  check_complaint(broker.run({"get", "plant", "speed"}), 1, "'plant' has no attribute 'speed'");
  check_complaint(broker.run({"del", "plant", "speed"}), 1, "'plant' has no attribute 'speed'");
  check_complaint(broker.run({"show", "plant"}), 1, "'plant' has no attributes");
  check_complaint(broker.run({"show", "plant", "--json"}), 1, "'plant' has no attributes");
  check_complaint(broker.run({"dump", "plant"}), 1, "'plant' has no attributes");
}

TEST_CASE("what the broker or a rule refuses is exit 1") {
  const BrokerProgram broker;
  for (const char* verb : {"get", "del"}) {
    CAPTURE(verb);
    check_complaint(broker.run({verb, "plant", "_secret"}), 1, "private");
    check_complaint(broker.run({verb, "plant", ""}), 1, "it is empty");
    check_complaint(broker.run({verb, "plant//robot", "x"}), 1, "empty segment");
    check_complaint(broker.run({verb, "plant", std::string(1025, 'x')}), 1, "longer than 1024");
    check_complaint(broker.run({verb, "plant", "\xff"}), 1, "not UTF-8");
  }
  check_complaint(broker.run({"set", "plant", "_secret", "1"}), 1, "private");
  check_complaint(broker.run({"set", std::string(256, 'x'), "x", "1"}), 1, "longer than 255");
  check_complaint(broker.run({"set", "$sys/broker", "x", "1"}), 1, "read-only");
  check_complaint(broker.run({"load", "$sys/broker", "-"}, "{\"x\": 1}"), 1, "read-only");
  check_complaint(broker.run({"load", "plant", "-"}, "{\"_x\": 1}"), 1, "private");
  check_complaint(broker.run({"show", "plant/"}), 1, "empty segment");
  check_complaint(broker.run({"watch", "plant", "_x"}), 1, "private");
  CHECK(broker.output_of({"ls"}).empty());
}

TEST_CASE("what is too large is exit 1, and the connection survives it") {
  const BrokerProgram broker;
  const std::string megabytes(2'000'000, 'x');
  check_complaint(broker.run({"set", "plant", "x", "--string", "-"}, megabytes), 1,
                  "the value of 'x' has 2000005 bytes, the limit is 1048576");
  check_complaint(broker.run({"set", "plant", "x", "--string", "-"}, std::string(20'000'000, 'x')),
                  1, "the limit is 8388608");
  check_complaint(broker.run({"load", "plant", "-"}, "{\"a\": 1, \"x\": \"" + megabytes + "\"}"), 1,
                  "the value of 'x' has");
  // load looks at everything before it writes anything.
  CHECK(broker.run({"get", "plant", "a"}).exit == 1);
}

TEST_CASE("wrong usage is exit 2, without asking a broker") {
  check_complaint(run_bulletin({}), 2, "no verb; see bulletin --help");
  check_complaint(run_bulletin({"fetch"}), 2, "'fetch' is no verb");
  check_complaint(run_bulletin({"get", "plant"}), 2, "NAME is required; see bulletin get --help");
  check_complaint(run_bulletin({"show", "plant", "now"}), 2, "'now' is too much");
  check_complaint(run_bulletin({"get", "plant", "speed", "--now"}), 2, "'--now' is too much");
  check_complaint(run_bulletin({"ping", "--count", "0"}), 2, "'0' is no number from 1 on");
  check_complaint(run_bulletin({"ping", "--count", "0x4"}), 2, "'0x4' is no number from 1 on");
  check_complaint(run_bulletin({"set", "a", "b", "1", "--if-revision", "-1"}), 2, "no revision");
  check_complaint(run_bulletin({"set", "a", "b", "1", "--if-revision", "99999999999999999999999"}),
                  2, "no revision");
  check_complaint(run_bulletin({"set", "a", "b", "1", "--ttl", "0"}), 2, "less than 1ms");
  check_complaint(run_bulletin({"--timeout", "0", "ls"}), 2, "less than 1ms");
  check_complaint(run_bulletin({"ls", "--timeout", "soon"}), 2, "'soon' is no time");
  check_complaint(run_bulletin({"set", "a", "b", "1", "--ttl", "-1"}), 2, "'-1' is no time");
  check_complaint(run_bulletin({"set", "a", "b", "1", "--if-absent", "--if-revision", "1"}), 2,
                  "excludes");
  check_complaint(run_bulletin({"--endpoint", "nowhere", "ls"}), 2, "no known transport");
  check_complaint(run_bulletin({"--endpoint", "tcp://*:5570", "ls"}), 2, "names no host");
  for (const char* endpoint : {"tcp://[]:5", "tcp://h;127.0.0.1:1", "tcp://h:0", "tcp://h:65536",
                               "tcp://h:+5", "tcp://h: 5", "tcp://h:", "inproc://h", "ipc://",
                               "tcp://a:1,", "tcp://a:1, tcp://b:1", ",tcp://a:1"}) {
    CAPTURE(endpoint);
    for (const char* verb : {"ls", "stat", "top"})
      check_complaint(run_bulletin({"--endpoint", endpoint, verb}), 2, "wanted tcp://HOST:PORT");
    check_complaint(run_bulletin({"--endpoint", endpoint, "watch", "plant"}), 2, "wanted tcp://");
  }
}

TEST_CASE("what is no JSON is exit 2, with a hint for plain text") {
  check_complaint(run_bulletin({"set", "plant", "mode", "idle"}), 2, "write --string 'idle'");
  check_complaint(run_bulletin({"set", "plant", "mode", "{\"a\":"}), 2, "line 1, column 6");
  check_complaint(run_bulletin({"set", "plant", "n", "18446744073709551616"}), 2, "64 bits");
  check_complaint(run_bulletin({"set", "plant", "mode", "-"}, "{"), 2, "standard input is no JSON");
  check_complaint(run_bulletin({"load", "plant", "-"}, "[1]"), 2, "object of names and values");
  check_complaint(run_bulletin({"load", "plant", "-"}, "{\"a\": 1, \"a\": 2}"), 2, "\"a\" twice");
  check_complaint(run_bulletin({"load", "plant", "/no/such/file"}), 2, "'/no/such/file'");
}

TEST_CASE("no broker is exit 3 for every verb") {
  const std::vector<std::vector<std::string>> commands = {
      {"set", "a", "b", "1"}, {"get", "a", "b"}, {"del", "a", "b"},  {"ls"},   {"show", "a"},
      {"watch", "a"},         {"dump", "a"},     {"load", "a", "-"}, {"stat"}, {"ping"},
  };
  for (std::vector<std::string> words : commands) {
    CAPTURE(words);
    // Port 1 is privileged: no program of a user listens there.
    words.insert(words.end(), {"--endpoint", "tcp://127.0.0.1:1", "--timeout", "100ms"});
    const std::string input = words.front() == "load" ? "{\"b\": 1}" : "";
    check_complaint(run_bulletin(words, input), 3, "tcp://127.0.0.1:1");
  }
}

TEST_CASE("why no broker answers is told by every verb") {
  zmq::context_t context;
  zmq::socket_t updates(context, zmq::socket_type::xpub);
  updates.set(zmq::sockopt::linger, 0);
  updates.bind("tcp://127.0.0.1:*");
  const std::string updates_endpoint = updates.get(zmq::sockopt::last_endpoint);
  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{
           {"ls"}, {"get", "a", "b"}, {"set", "a", "b", "1"}, {"watch", "a"}}) {
    const auto check = [&](const std::string& endpoint, const std::string& about) {
      std::vector<std::string> words = verb;
      words.insert(words.end(), {"--endpoint", endpoint, "--timeout", "500ms"});
      CAPTURE(words);
      const Result result = run_bulletin(words);
      check_complaint(result, 3, about);
      CHECK_THAT(result.errors, ContainsSubstring(endpoint));
    };
    check(updates_endpoint, "this is where updates are sent");
    check("tcp://no-such-host.invalid:5570", "'no-such-host.invalid' cannot be resolved");
    check("tcp://127.0.0.1:1", "Connection refused");
    check("ipc:///no/such/socket", "there is no such socket");
  }
}

TEST_CASE("a write that was sent and not answered is exit 4") {
  const RawBroker broker("tcp://127.0.0.1:*", begin_sessions_only);
  const std::vector<std::string> options = {"--endpoint", broker.endpoint(), "--timeout", "300ms"};
  const auto with_options = [&](std::vector<std::string> words) {
    words.insert(words.end(), options.begin(), options.end());
    return words;
  };
  check_complaint(run_bulletin(with_options({"set", "a", "b", "1"})), 4, "outcome is not known");
  check_complaint(run_bulletin(with_options({"del", "a", "b"})), 4, "outcome is not known");
  check_complaint(run_bulletin(with_options({"load", "a", "-"}), "{\"b\": 1}"), 4, "not known");
  // A question changes nothing: there is no doubt.
  check_complaint(run_bulletin(with_options({"get", "a", "b"})), 3, "has not answered");
}

TEST_CASE("help and the version are no errors") {
  CHECK_THAT(run_bulletin({"--help"}).output,
             ContainsSubstring("bulletin set plant/robot speed 3.2"));
  CHECK_THAT(run_bulletin({"set", "--help"}).output, ContainsSubstring("--if-absent"));
  CHECK(run_bulletin({"--help"}).exit == 0);
  CHECK(run_bulletin({"--version"}).exit == 0);
  CHECK_THAT(run_bulletin({"--version"}).output, StartsWith("bulletin 0."));
}

TEST_CASE("output that cannot be written is an error") {
  const BrokerProgram broker;
  const Result result =
      run_shell("$bulletin --endpoint " + broker.endpoint() + " ls '$' >/dev/full");
  check_complaint(result, 1, "cannot write the output");
}

TEST_CASE("on a terminal text is escaped and load shows a bar") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "text", "\"\\u001b[31mred\\n\""}).empty());
  const std::string bulletin = "$bulletin --endpoint " + broker.endpoint();
  CHECK(run_shell(bulletin + " get plant text --raw").output == "\x1b[31mred\n\n");
  CHECK(run_shell("script -qec \"" + bulletin + " get plant text --raw\" /dev/null").output ==
        "\\u001b[31mred\\n\r\n");
  const std::string load = bulletin + " load copy <(" + bulletin + " dump plant)";
  CHECK(run_shell(load).output == "1 attribute in 1 commit\n");
  CHECK_THAT(run_shell("export bulletin; script -qec \"bash -c '" + load + "'\" /dev/null").output,
             ContainsSubstring("[..............................] 0 of 1"));
}
