// Whatever word is given on the command line arrives as it is.

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "process/shell.hpp"
#include "support/catch.hpp"

using bulletin::test::BrokerProgram;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What parsers of command lines, shells and terminals have a meaning for.
const std::vector<std::string> strange_words = {
    "\x01",  "\x01x",    "\x01\x01", "\x01-5", "\x02",  "\x7f",  "[]",  "{}",  "%%",
    "[a,b]", "[a]",      "[",        "]",      "[[x]]", "\"x\"", "'x'", "`x`", "a b",
    " ",     "  x ",     "a=b",      "=",      "a,b",   ",",     "#x",  "@x",  "a$(x)",
    "\\",    "\\x",      "\n",       "\tx",    "-5",    "-.5",   "-5x", "set", "get",
    "help",  "\xc3\xa9", "*",        "true",   "null",  "+x",    "!x",  "~",   "a\nb"};

const std::vector<std::string> option_like_words = {
    "-", "--", "-x", "--json", "--help", "-!x", "--!", "-h", "--x=y", "---", "-\x01", "- x"};

void check_word(const BrokerProgram& broker, const std::string& word, bool after_dashes) {
  CAPTURE(word);
  std::vector<std::string> set = {"set", "--string"};
  std::vector<std::string> get = {"get", "--raw"};
  if (after_dashes) {
    set.push_back("--");
    get.push_back("--");
  }
  // As a name, as a namespace, and as a value.
  set.insert(set.end(), {word, word, word == "-" ? "dash" : word});
  get.insert(get.end(), {word, word});
  CHECK(broker.output_of(set).empty());
  CHECK(broker.output_of(get) == (word == "-" ? "dash" : word) + "\n");
}

}  // namespace

TEST_CASE("words of every form arrive as they were given") {
  const BrokerProgram broker;
  for (const std::string& word : strange_words) check_word(broker, word, false);
}

TEST_CASE("behind two dashes every word is a word") {
  const BrokerProgram broker;
  for (const std::string& word : strange_words) check_word(broker, word, true);
  for (const std::string& word : option_like_words) check_word(broker, word, true);
}

TEST_CASE("an empty word is a word") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "text", "--string", ""}).empty());
  CHECK(broker.output_of({"get", "plant", "text"}) == "\"\"\n");
  CHECK_THAT(broker.run({"get", "plant", ""}).errors, ContainsSubstring("it is empty"));
  CHECK_THAT(broker.run({"get", "", "x"}).errors, ContainsSubstring("it is empty"));
}

TEST_CASE("values of options arrive as they were given") {
  // Each with what is told of it.
  for (const auto& [word, told] : std::vector<std::pair<std::string, std::string>>{
           {"\x01tcp://127.0.0.1:1", "\\x01tcp://127.0.0.1:1"},
           {"[a,b]", "[a,b]"},
           {"{}", "{}"},
           {"-5", "-5"},
           {"--json", "--json"},
           {"-", "-"}}) {
    CAPTURE(told);
    for (const auto& words : {std::vector<std::string>{"--endpoint", word, "ls"},
                              {"ls", "--endpoint", word},
                              {"ls", "--endpoint=" + word}}) {
      const Result result = run_bulletin(words);
      CHECK(result.exit == 2);
      CHECK_THAT(result.errors, ContainsSubstring("endpoint '" + told + "'"));
    }
  }
  CHECK_THAT(run_bulletin({"ping", "--count", "[1,2]"}).errors,
             ContainsSubstring("'[1,2]' is no number"));
  CHECK_THAT(run_bulletin({"ping", "--count",
                           "\x01"
                           "5"})
                 .errors,
             ContainsSubstring("'\\x015' is no number"));
}

TEST_CASE("of an option given twice the last one counts, before and behind the verb") {
  const BrokerProgram broker;
  CHECK(run_bulletin({"--endpoint", "tcp://127.0.0.1:1", "ls", "--endpoint", broker.endpoint()})
            .exit == 0);
  CHECK(run_bulletin({"ls", "--endpoint", "tcp://127.0.0.1:1", "--endpoint", broker.endpoint()})
            .exit == 0);
}

TEST_CASE("an option that a verb does not have is refused with what to do") {
  const Result result = run_bulletin({"set", "plant", "mode", "--string", "-idle"});
  CHECK(result.exit == 2);
  CHECK_THAT(result.errors, ContainsSubstring("'-idle' is too much"));
  CHECK_THAT(result.errors, ContainsSubstring("put -- before"));
}

TEST_CASE("verbs that fingers know do what they mean or are explained") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"put", "plant", "speed", "1"}).empty());
  CHECK(broker.output_of({"list"}) == "plant\n");
  CHECK(broker.output_of({"rm", "plant", "speed"}).empty());
  CHECK(broker.run({"get", "plant", "speed"}).exit == 1);
  for (const auto& [word, meant] :
       std::vector<std::pair<std::string, std::string>>{{"subscribe", "watch"},
                                                        {"keys", "show"},
                                                        {"gte", "get"},
                                                        {"wacth", "watch"},
                                                        {"version", "--version"}}) {
    CAPTURE(word);
    const Result result = run_bulletin({word});
    CHECK(result.exit == 2);
    CHECK_THAT(
        result.errors,
        ContainsSubstring("'" + word + "' is no verb; did you mean `bulletin " + meant + "`?"));
  }
  CHECK_THAT(run_bulletin({"xyzzy"}).errors, ContainsSubstring("'xyzzy' is no verb; see"));
}

TEST_CASE("help is a verb, and every verb shows its options with an example") {
  CHECK(run_bulletin({"help"}).output == run_bulletin({"--help"}).output);
  CHECK(run_bulletin({"help", "rm"}).output == run_bulletin({"del", "--help"}).output);
  CHECK(run_bulletin({"help", "nonsense"}).exit == 2);
  for (const char* verb : {"set", "get", "del", "ls", "show", "stat", "top", "watch", "dump",
                           "load", "backup", "ping"}) {
    CAPTURE(verb);
    const Result result = run_bulletin({"help", verb});
    CHECK(result.exit == 0);
    CHECK(result.output == run_bulletin({verb, "--help"}).output);
    for (const char* part :
         {"--endpoint", "--server-key", "--key", "--timeout", "Examples:", "  bulletin "})
      CHECK_THAT(result.output, ContainsSubstring(part));
  }
  CHECK_THAT(run_bulletin({"keygen", "--help"}).output, !ContainsSubstring("--endpoint"));
}

TEST_CASE("every option that takes a time wants a unit and a time that can be counted") {
  const std::vector<std::vector<std::string>> options = {{"ls", "--timeout"},
                                                         {"set", "a", "b", "1", "--ttl"},
                                                         {"top", "--interval"},
                                                         {"ping", "--interval"}};
  for (const auto& option : options) {
    for (const auto& [time, complaint] :
         std::vector<std::pair<std::string, std::string>>{{"5", "'5' has no unit: write 5s or 5ms"},
                                                          {"-5s", "'-5s' is no time"},
                                                          {"9999999999h", "is more than 876000h"},
                                                          {"", "'' is no time"}}) {
      std::vector<std::string> words = option;
      words.push_back(time);
      CAPTURE(words);
      const Result result = run_bulletin(words);
      CHECK(result.exit == 2);
      CHECK_THAT(result.errors, ContainsSubstring(complaint));
    }
  }
  CHECK_THAT(run_bulletin({"top", "--interval", "50ms"}).errors,
             ContainsSubstring("'50ms' is less than 100ms"));
}

TEST_CASE("the longest times do not overflow") {
  const BrokerProgram broker;
  CHECK(broker.run({"ls", "--timeout", "876000h"}).exit == 0);
  CHECK(broker.run({"set", "plant", "speed", "1", "--ttl", "876000h"}).exit == 0);
  CHECK(broker.run({"dump", "plant", "--timeout", "876000h"}).exit == 0);
  for (const char* interval : {"1193h", "876000h"}) {
    // It waits: an overflow would show a picture at once.
    bulletin::test::Program top(
        bulletin::test::bin_folder + "/bulletin",
        {"--endpoint", broker.endpoint(), "top", "--interval", interval, "--count", "1"});
    CHECK(top.wait(std::chrono::milliseconds(300)) == bulletin::test::Program::running);
    top.signal(SIGTERM);
    CHECK(top.wait() == 0);
    CHECK(top.output().empty());
  }
}

TEST_CASE("No complaint repeats what controls a terminal") {
  const std::string bad = "\x1b]0;x\x07\u009b2J\u202e\xff";
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"ls", "--endpoint", "udp://" + bad},
           {"ls", "--endpoint", "ipc:///tmp/" + bad, "--timeout", "10ms"},
           {"ls", "--timeout", bad},
           {bad},
           {"ls", "--" + bad},
           {"load", "plant", "/nowhere/" + bad},
           {"ls", "--key", "/nowhere/" + bad, "--server-key", "/nowhere/" + bad},
           {"set", "plant", "a", bad}}) {
    const bulletin::test::Result result = bulletin::test::run_bulletin(words);
    CAPTURE(result.errors);
    CHECK(result.exit != 0);
    CHECK_FALSE(result.errors.empty());
    for (const char* steers : {"\x1b", "\x07", "\u009b", "\u202e", "\xff"})
      CHECK(result.errors.find(steers) == std::string::npos);
  }
}
