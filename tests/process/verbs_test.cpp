// Every verb of `bulletin`, with a broker.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using bulletin::test::BrokerProgram;
using bulletin::test::Program;
using bulletin::test::Result;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// Lines without the revision that they begin with.
std::string without_revisions(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of("0123456789"));
    result += line.substr(std::min(line.find_first_not_of(' '), line.size())) + "\n";
  }
  return result;
}

std::string revision_of(const BrokerProgram& broker, const std::string& name) {
  const std::string entry = broker.output_of({"get", "plant/robot", name, "--json"});
  const std::size_t begin = entry.rfind(' ') + 1;
  return entry.substr(begin, entry.find('}') - begin);
}

}  // namespace

TEST_CASE("what set writes, get reads and del removes") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant/robot", "speed", "3.2"}).empty());
  CHECK(broker.output_of({"get", "plant/robot", "speed"}) == "3.2\n");
  CHECK(broker.output_of({"set", "plant/robot", "offset", "-5"}).empty());
  CHECK(broker.output_of({"get", "plant/robot", "offset"}) == "-5\n");
  CHECK(broker.output_of({"set", "plant/robot", "pose", R"({"y": [1, 2.0], "x": null})"}).empty());
  CHECK(broker.output_of({"get", "plant/robot", "pose"}) == "{\"x\": null, \"y\": [1, 2.0]}\n");
  CHECK(broker.output_of({"set", "plant/robot", "serial", "18446744073709551615"}).empty());
  CHECK(broker.output_of({"get", "plant/robot", "serial"}) == "18446744073709551615\n");
  CHECK(broker.output_of({"del", "plant/robot", "speed"}).empty());
  CHECK(broker.run({"get", "plant/robot", "speed"}).exit == 1);
}

TEST_CASE("text is set and read without quotes when asked for") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "mode", "--string", "idle"}).empty());
  CHECK(broker.output_of({"get", "plant", "mode"}) == "\"idle\"\n");
  CHECK(broker.output_of({"get", "plant", "mode", "--raw"}) == "idle\n");
  CHECK(broker.output_of({"set", "plant", "mode", "--string", ""}).empty());
  CHECK(broker.output_of({"get", "plant", "mode"}) == "\"\"\n");
  CHECK(broker.output_of({"set", "plant", "--string", "--", "-mode", "--idle"}).empty());
  CHECK(broker.output_of({"get", "plant", "--", "-mode"}) == "\"--idle\"\n");
}

TEST_CASE("a value can come from standard input") {
  const BrokerProgram broker;
  const std::string text(500'000, 'x');
  CHECK(broker.output_of({"set", "plant", "long", "-"}, "\"" + text + "\"\n").empty());
  CHECK(broker.output_of({"get", "plant", "long", "--raw"}) == text + "\n");
  CHECK(broker.output_of({"set", "plant", "note", "--string", "-"}, "a\nb\n").empty());
  CHECK(broker.output_of({"get", "plant", "note"}) == "\"a\\nb\\n\"\n");
}

TEST_CASE("bytes go in as base64 and come out as they are") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "photo", R"({"$bytes": "AP8K"})"}).empty());
  CHECK(broker.output_of({"get", "plant", "photo"}) == "{\"$bytes\": \"AP8K\"}\n");
  CHECK(broker.output_of({"get", "plant", "photo", "--raw"}) == std::string("\0\xff\n", 3));
}

TEST_CASE("a write can depend on a revision, and on absence") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant/robot", "mode", "1", "--if-absent"}).empty());
  const std::string first = revision_of(broker, "mode");
  const Result exists = broker.run({"set", "plant/robot", "mode", "2", "--if-absent"});
  CHECK(exists.exit == 1);
  CHECK_THAT(exists.errors, ContainsSubstring("'mode' of 'plant/robot' exists already"));
  CHECK(broker.output_of({"set", "plant/robot", "mode", "3", "--if-revision", first}).empty());
  const Result lost = broker.run({"set", "plant/robot", "mode", "4", "--if-revision", first});
  CHECK(lost.exit == 1);
  CHECK_THAT(lost.errors, ContainsSubstring("is not at revision " + first));
  CHECK(broker.output_of({"get", "plant/robot", "mode"}) == "3\n");
}

TEST_CASE("an attribute with a time to live goes") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "lease", "7", "--ttl", "50ms"}).empty());
  CHECK(bulletin::test::await([&] { return broker.run({"get", "plant", "lease"}).exit == 1; }));
}

TEST_CASE("ls lists namespaces, those of the broker only when asked") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"ls"}).empty());
  for (const char* space : {"plant/b", "plant/a", "office"}) {
    CHECK(broker.output_of({"set", space, "x", "1"}).empty());
  }
  CHECK(broker.output_of({"ls"}) == "office\nplant/a\nplant/b\n");
  CHECK(broker.output_of({"ls", "plant/"}) == "plant/a\nplant/b\n");
  CHECK(broker.output_of({"ls", "plant/", "--json"}) == "[\n  \"plant/a\",\n  \"plant/b\"\n]\n");
  CHECK(broker.output_of({"ls", "none", "--json"}) == "[]\n");
  CHECK(broker.output_of({"ls", "$"}) == "$sys/broker\n$sys/sessions\n");
}

TEST_CASE("show prints a table") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "3.2"}).empty());
  CHECK(broker.output_of({"set", "plant", "a\nb", "true"}).empty());
  CHECK(without_revisions(broker.output_of({"show", "plant"})) ==
        "REVISION          NAME   VALUE\na\\nb   true\nspeed  3.2\n");
  CHECK_THAT(broker.output_of({"show", "plant", "--json"}),
             StartsWith("[\n  {\"name\": \"a\\nb\", \"value\": true, \"revision\": "));
  const Result absent = broker.run({"show", "plnat"});
  CHECK(absent.exit == 1);
  CHECK_THAT(absent.errors, StartsWith("bulletin: 'plnat' has no attributes"));
  CHECK_THAT(broker.output_of({"show", "$sys/broker"}), ContainsSubstring("version"));
}

TEST_CASE("watch prints the values that are there, then every change") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "1"}).empty());
  CHECK(broker.output_of({"set", "plant", "other", "0"}).empty());
  Program watch(bulletin::test::bin_folder + "/bulletin",
                {"--endpoint", broker.endpoint(), "watch", "plant", "speed", "--count", "3"});
  CHECK_THAT(watch.read_line(), ContainsSubstring(" speed = 1"));
  CHECK(broker.output_of({"set", "plant", "other", "1"}).empty());
  CHECK(broker.output_of({"set", "plant", "speed", "2"}).empty());
  CHECK_THAT(watch.read_line(), ContainsSubstring(" speed = 2"));
  CHECK(broker.output_of({"del", "plant", "speed"}).empty());
  CHECK_THAT(watch.read_line(), ContainsSubstring(" speed removed"));
  CHECK(watch.wait() == 0);
  CHECK(watch.errors().empty());
}

TEST_CASE("watch waits for an attribute that is not there yet") {
  const BrokerProgram broker;
  Program watch(bulletin::test::bin_folder + "/bulletin",
                {"--endpoint", broker.endpoint(), "watch", "new", "--json", "--count", "1"});
  CHECK(broker.output_of({"set", "new", "ready", "true"}).empty());
  const std::string line = watch.read_line();
  CHECK_THAT(line, StartsWith("{\"revision\": "));
  CHECK_THAT(line, ContainsSubstring("\"name\": \"ready\", \"value\": true}"));
  CHECK(watch.wait() == 0);
}

TEST_CASE("watch ends cleanly at an interrupt and at a closed pipe") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "1"}).empty());
  Program watch(bulletin::test::bin_folder + "/bulletin",
                {"--endpoint", broker.endpoint(), "watch", "plant"});
  CHECK_THAT(watch.read_line(), ContainsSubstring(" speed = 1"));
  watch.signal(SIGINT);
  CHECK(watch.wait() == 0);
  CHECK(watch.errors().empty());

  const Result piped = bulletin::test::run_shell("set -o pipefail; $bulletin --endpoint " +
                                                 broker.endpoint() + " watch plant | head -n 1");
  CHECK(piped.exit == 0);
  CHECK(without_revisions(piped.output) == "speed = 1\n");
  CHECK(piped.errors.empty());
}

TEST_CASE("watch goes on while the broker is away, and says so") {
  BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "1"}).empty());
  Program watch(bulletin::test::bin_folder + "/bulletin",
                {"--endpoint", broker.endpoint(), "watch", "plant"});
  CHECK_THAT(watch.read_line(), ContainsSubstring(" speed = 1"));
  broker.program().signal(SIGKILL);
  CHECK(bulletin::test::await([&] { return !watch.errors().empty(); }));
  CHECK_THAT(watch.errors(), StartsWith("bulletin: the broker is not heard"));
  watch.signal(SIGTERM);
  CHECK(watch.wait() == 0);
}

TEST_CASE("a dump can be loaded again") {
  const BrokerProgram broker;
  const std::string document =
      "{\n"
      "  \"$map\": {\"$map\": {\"$bytes\": 1}},\n"
      "  \"big\": 18446744073709551615,\n"
      "  \"photo\": {\"$bytes\": \"AP8=\"},\n"
      "  \"real\": {\"$real\": \"-inf\"},\n"
      "  \"text\": \"Zürich\\u001b\",\n"
      "  \"whole\": 1.0\n"
      "}\n";
  CHECK(broker.output_of({"load", "plant", "-"}, document) == "6 attributes in 1 commit\n");
  const std::string dump = broker.output_of({"dump", "plant"});
  CHECK(dump == document);

  const TemporaryFolder folder;
  const std::string file = folder.path() / "plant.json";
  std::ofstream(file) << dump;
  CHECK(broker.output_of({"set", "copy", "old", "1"}).empty());
  CHECK(broker.output_of({"load", "copy", file}) == "6 attributes in 1 commit\n");
  CHECK(broker.output_of({"get", "copy", "old"}) == "1\n");
  CHECK(broker.output_of({"load", "copy", file, "--replace"}) == "6 attributes in 1 commit\n");
  CHECK(broker.output_of({"dump", "copy"}) == document);
  CHECK(broker.output_of({"load", "copy", "-", "--replace"}, "{}") == "0 attributes in 1 commit\n");
  CHECK(broker.run({"dump", "copy"}).exit == 1);
}

TEST_CASE("load keeps within the limits of a transaction") {
  const BrokerProgram broker;
  std::string document = "{\"first\": 0";
  for (int i = 0; i < 10'000; ++i) document += ", \"n" + std::to_string(i) + "\": 1";
  document += "}";
  CHECK(broker.output_of({"load", "many", "-"}, document) == "10001 attributes in 2 commits\n");

  document = "{\"first\": 0";
  for (int i = 0; i < 9; ++i) {
    document += ", \"n" + std::to_string(i) + "\": \"" + std::string(1'000'000, 'x') + "\"";
  }
  document += "}";
  CHECK_THAT(broker.output_of({"load", "large", "-", "--json"}, document),
             StartsWith("{\"attributes\": 10, \"commits\": 2, \"revision\": "));
}

TEST_CASE("stat tells about the broker and its namespaces") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "1"}).empty());
  CHECK(broker.output_of({"set", "plant", "speed", "2"}).empty());
  const std::string text = broker.output_of({"stat"});
  CHECK_THAT(text, StartsWith("broker " + broker.endpoint() + "\n"));
  CHECK_THAT(text, ContainsSubstring("uptime"));
  CHECK_THAT(text, ContainsSubstring("\nplant      1           70     2 "));
  CHECK_THAT(broker.output_of({"stat", "--json"}),
             ContainsSubstring(
                 "\"namespaces\": {\"plant\": {\"attributes\": 1, \"bytes\": 70, \"changes\": 2, "
                 "\"revision\": "));
}

TEST_CASE("stat tells each session with its program") {
  const BrokerProgram broker;
  Program watch(bulletin::test::bin_folder + "/bulletin",
                {"--endpoint", broker.endpoint(), "watch", "plant"});
  const std::string program = "bulletin/" + std::to_string(watch.pid());
  CHECK(bulletin::test::await(
      [&] { return broker.output_of({"stat"}).find(program) != std::string::npos; }));
  CHECK_THAT(broker.output_of({"stat"}), ContainsSubstring("SESSION  PROGRAM"));
  CHECK_THAT(broker.output_of({"stat", "--json"}), ContainsSubstring("\"name\": \"" + program));
  CHECK_THAT(broker.output_of({"top", "--interval", "100ms", "--count", "1"}),
             ContainsSubstring(program));
}

TEST_CASE("ping tells how long an answer takes") {
  const BrokerProgram broker;
  const std::string text = broker.output_of({"ping", "--count", "2", "--interval", "1ms"});
  CHECK_THAT(text, StartsWith(broker.endpoint() + " answered in "));
  CHECK_THAT(text, ContainsSubstring("\n2 answers: least "));
  CHECK_THAT(broker.output_of({"ping", "--count", "1", "--json"}),
             ContainsSubstring("\"answers\": 1, "));
}

TEST_CASE("the endpoint comes from the environment when none is given") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"set", "plant", "speed", "1"}).empty());
  const Result result =
      bulletin::test::run_shell("BULLETIN_ENDPOINT=" + broker.endpoint() + " $bulletin ls");
  CHECK(result.exit == 0);
  CHECK(result.output == "plant\n");
}

TEST_CASE("top shows what goes on, one picture after the other where there is no terminal") {
  BrokerProgram broker;
  CHECK(broker.run({"set", "plant/robot", "speed", "1"}).exit == 0);
  const Result result = broker.run({"top", "--interval", "100ms", "--count", "2"});
  CHECK(result.exit == 0);
  CHECK(result.errors.empty());
  const std::size_t second = result.output.find("round trip", result.output.find("round trip") + 1);
  CHECK(second != std::string::npos);
  CHECK(result.output.find("plant/robot") != std::string::npos);
  CHECK(result.output.find('\033') == std::string::npos);
  CHECK(broker.run({"top", "--interval", "1ms"}).exit == 2);
}
