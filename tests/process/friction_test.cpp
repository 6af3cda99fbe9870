// What hands expect of a command line: several names, parts of values, editors, waiting.

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using bulletin::test::await;
using bulletin::test::bin_folder;
using bulletin::test::BrokerProgram;
using bulletin::test::last_line;
using bulletin::test::Program;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using bulletin::test::run_shell;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

Program start(const BrokerProgram& broker, std::vector<std::string> words) {
  words.insert(words.begin(), {"--endpoint", broker.endpoint()});
  return Program(bin_folder + "/bulletin", words);
}

/// `bulletin edit` with a shell's command for an editor, which finds the file in its last word.
Result edit(const BrokerProgram& broker, const std::string& editor, const std::string& words,
            const std::string& folder) {
  return run_shell("unset VISUAL; export TMPDIR='" + folder + "' EDITOR=" + editor +
                   "; export BULLETIN_ENDPOINT=" + broker.endpoint() + "; $bulletin edit " + words);
}

}  // namespace

TEST_CASE("get and del take several names") {
  const BrokerProgram broker;
  broker.output_of({"load", "plant", "-"}, R"({"a": 1, "b": [2], "c": "x"})");
  CHECK(broker.output_of({"get", "plant", "c", "a", "b", "a"}) == "\"x\"\n1\n[2]\n1\n");
  CHECK(broker.output_of({"get", "plant", "c", "a", "--raw"}) == "x\n1\n");
  const std::string json = broker.output_of({"get", "plant", "a", "b", "--json"});
  CHECK_THAT(json, StartsWith("{\"name\": \"a\", \"value\": 1, \"revision\": "));
  CHECK_THAT(json, ContainsSubstring("}\n{\"name\": \"b\", \"value\": [2], \"revision\": "));
  const Result missing = broker.run({"get", "plant", "a", "none"});
  CHECK(missing.exit == 1);
  CHECK(missing.output.empty());
  CHECK_THAT(missing.errors, ContainsSubstring("'none'"));

  const Result removed = broker.run({"del", "plant", "a", "none", "b"});
  CHECK(removed.exit == 1);
  CHECK_THAT(removed.errors, ContainsSubstring("'plant' has no attribute 'none'"));
  CHECK(broker.output_of({"dump", "plant"}) == "{\n  \"c\": \"x\"\n}\n");
  CHECK(broker.run({"del", "plant", "a", "b"}).exit == 1);
  broker.output_of({"set", "plant", "d", "1"});
  CHECK(broker.output_of({"del", "plant", "c", "d", "c"}).empty());
  CHECK(broker.output_of({"ls"}).empty());
}

TEST_CASE("get takes a path into a value, and a name with the dot in it wins") {
  const BrokerProgram broker;
  broker.output_of({"load", "plant", "-"},
                   R"({"pose": {"x": 1.5, "joints": [{"a": 7}, [8, 9]], "max.v": 3, "": 0},
                       "pose.y": 2, "n": 5})");
  const std::vector<std::pair<std::string, std::string>> parts = {{"pose.x", "1.5"},
                                                                  {"pose.joints.0.a", "7"},
                                                                  {"pose.joints[0].a", "7"},
                                                                  {"pose.joints[1][1]", "9"},
                                                                  {"pose.joints.1", "[8, 9]"},
                                                                  {"pose[\"max.v\"]", "3"},
                                                                  {"pose.", "0"},
                                                                  {"pose.y", "2"}};
  for (const auto& [word, value] : parts) {
    CAPTURE(word);
    CHECK(broker.output_of({"get", "plant", word}) == value + "\n");
  }
  CHECK_THAT(broker.output_of({"get", "plant", "pose.x", "--json"}),
             StartsWith("{\"name\": \"pose\", \"path\": \".x\", \"value\": 1.5, \"revision\": "));
  for (const char* word : {"pose.z", "pose.joints.2", "pose.x.y", "n.0", "pose[x]", "none.x"}) {
    CAPTURE(word);
    const Result missing = broker.run({"get", "plant", word});
    CHECK(missing.exit == 1);
    CHECK(missing.output.empty());
  }
  CHECK_THAT(broker.run({"get", "plant", "n.0"}).errors,
             ContainsSubstring("'n' of 'plant' has no part '.0': it is 5"));
  broker.output_of({"set", "plant", "pose.x", "\"exact\""});
  CHECK(broker.output_of({"get", "plant", "pose.x"}) == "\"exact\"\n");
}

TEST_CASE("add adds at the broker and prints the sum") {
  const BrokerProgram broker;
  CHECK(broker.output_of({"add", "plant", "parts"}) == "1\n");
  CHECK(broker.output_of({"add", "plant", "parts", "41"}) == "42\n");
  CHECK(broker.output_of({"incr", "plant", "parts", "-2"}) == "40\n");
  CHECK(broker.output_of({"add", "plant", "energy", "0.5"}) == "0.5\n");
  CHECK_THAT(broker.output_of({"add", "plant", "energy", "-1.5", "--json"}),
             StartsWith("{\"value\": -1.0, \"revision\": "));
  CHECK(broker.run({"add", "plant", "parts", "\"x\""}).exit == 2);
  CHECK(broker.run({"add", "plant", "parts", "x"}).exit == 2);
  CHECK(broker.run({"add", "plant", "parts", "9223372036854775807"}).exit == 1);
  broker.output_of({"set", "plant", "text", "\"x\""});
  CHECK(broker.run({"add", "plant", "text"}).exit == 1);
}

TEST_CASE("an ephemeral attribute is there for as long as the program that set it runs") {
  const BrokerProgram broker;
  for (const int signal : {SIGINT, SIGTERM}) {
    Program holder = start(broker, {"set", "plant", "driver", "1", "--ephemeral", "--json"});
    CHECK_THAT(holder.read_line(), StartsWith("{\"revision\": "));
    CHECK(broker.output_of({"get", "plant", "driver"}) == "1\n");
    CHECK(await([&] { return !holder.errors().empty(); }));
    CHECK_THAT(holder.errors(), ContainsSubstring("'driver' of 'plant' is set until"));
    holder.signal(signal);
    CHECK(holder.wait() == 0);
    // The session has ended, not only its time.
    CHECK(broker.run({"get", "plant", "driver"}).exit == 1);
  }
}

TEST_CASE("an ephemeral attribute may depend on absence, and is lost by its second claimant") {
  const BrokerProgram broker;
  Program holder =
      start(broker, {"set", "plant", "driver", "1", "--ephemeral", "--if-absent", "--json"});
  CHECK_THAT(holder.read_line(), StartsWith("{\"revision\": "));
  const Result second = broker.run({"set", "plant", "driver", "2", "--ephemeral", "--if-absent"});
  CHECK(second.exit == 1);
  CHECK_THAT(second.errors, ContainsSubstring("exists already"));
  holder.signal(SIGTERM);
  CHECK(holder.wait() == 0);
}

TEST_CASE("a claim that was lost with its session ends the program that holds it") {
  const BrokerProgram broker({"--beat-ms", "300", "--session-ms", "1000"});
  Program holder =
      start(broker, {"set", "plant", "driver", "1", "--ephemeral", "--if-absent", "--json"});
  CHECK_THAT(holder.read_line(), StartsWith("{\"revision\": "));
  holder.signal(SIGSTOP);
  CHECK(await([&] { return broker.run({"get", "plant", "driver"}).exit == 1; }));
  holder.signal(SIGCONT);
  CHECK(holder.wait() == 1);
  CHECK_THAT(holder.errors(), ContainsSubstring("'driver' of 'plant' is lost"));
}

TEST_CASE("edit sets what the editor has made of a value") {
  const BrokerProgram broker;
  const TemporaryFolder folder;
  const std::string path = folder.path();
  broker.output_of({"set", "plant", "pose", R"({"x": 1, "names": ["a{", "b"], "e": []})"});
  const Result changed = edit(broker, "'sed -i s/1/2/'", "plant pose", path);
  CHECK(changed.exit == 0);
  CHECK(changed.errors.empty());
  CHECK(broker.output_of({"get", "plant", "pose"}) ==
        "{\"e\": [], \"names\": [\"a{\", \"b\"], \"x\": 2}\n");
  const Result same = edit(broker, "true", "plant pose", path);
  CHECK(same.exit == 0);
  CHECK_THAT(same.errors, ContainsSubstring("nothing was changed"));
  CHECK(edit(broker, "'sh -c \"echo 7 >\\$0\"'", "plant new", path).exit == 0);
  CHECK(broker.output_of({"get", "plant", "new"}) == "7\n");
  CHECK(edit(broker, "'sed -i s/7/8/'", "plant new --if-revision 1", path).exit == 1);
  // No text is left behind.
  CHECK(run_shell("ls " + path).output.empty());
}

TEST_CASE("edit keeps the text when it is not set") {
  const BrokerProgram broker;
  const TemporaryFolder folder;
  const std::string path = folder.path();
  broker.output_of({"set", "plant", "pose", "1"});
  const std::string other = "$bulletin set plant pose 5";
  const auto kept_file = [](const Result& result) {
    const std::string& text = result.errors;
    const std::size_t begin = text.rfind("your text is in ") + 16;
    return text.substr(begin, text.find_first_of(";\n", begin) - begin);
  };

  const Result lost =
      edit(broker, "\"f() { " + other + "; echo 2 >\\$1; }; f\"", "plant pose", path);
  CHECK(lost.exit == 1);
  CHECK_THAT(lost.errors, ContainsSubstring("'pose' of 'plant' was set to 5 meanwhile"));
  CHECK(last_line(kept_file(lost)) == "2");
  CHECK(broker.output_of({"get", "plant", "pose"}) == "5\n");

  const Result wrong = edit(broker, "'sh -c \"echo {oops >\\$0\"'", "plant pose", path);
  CHECK(wrong.exit == 2);
  CHECK_THAT(wrong.errors, ContainsSubstring("no JSON value"));
  CHECK(last_line(kept_file(wrong)) == "{oops");

  const Result failed = edit(broker, "false", "plant pose", path);
  CHECK(failed.exit == 2);
  CHECK_THAT(failed.errors, ContainsSubstring("the editor 'false' has failed"));
  CHECK(broker.output_of({"get", "plant", "pose"}) == "5\n");
}

TEST_CASE("edit keeps a time to live and leaves alone what is ephemeral") {
  const BrokerProgram broker;
  const TemporaryFolder folder;
  broker.output_of({"set", "plant", "lease", "1", "--ttl", "1h"});
  CHECK(edit(broker, "'sed -i s/1/2/'", "plant lease", folder.path()).exit == 0);
  const std::string lease = broker.output_of({"get", "plant", "lease", "--json"});
  CHECK_THAT(lease, ContainsSubstring("\"value\": 2"));
  CHECK_THAT(lease, ContainsSubstring("\"ttl_ms\": 3"));
  Program holder = start(broker, {"set", "plant", "driver", "1", "--ephemeral", "--json"});
  CHECK_THAT(holder.read_line(), StartsWith("{\"revision\": "));
  const Result refused = edit(broker, "'sed -i s/1/2/'", "plant driver", folder.path());
  CHECK(refused.exit == 1);
  CHECK_THAT(refused.errors, ContainsSubstring("ephemeral"));
}

TEST_CASE("watch says when there is nothing yet and how little a star means") {
  const BrokerProgram broker;
  broker.output_of({"set", "plant", "speed", "1"});
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"none"}, "'none' has no attributes yet; waiting"},
      {{"plant", "mode"}, "'plant' has no attribute 'mode' yet; waiting"},
      {{"plant", "sp*"}, "there are no wildcards"},
      {{"pl*"}, "there are no wildcards"}};
  for (const auto& [names, text] : cases) {
    std::vector<std::string> words = {"watch"};
    words.insert(words.end(), names.begin(), names.end());
    CAPTURE(words);
    Program watch = start(broker, words);
    CHECK(await([&, &wanted = text] { return watch.errors().find(wanted) != std::string::npos; }));
    watch.signal(SIGINT);
    CHECK(watch.wait() == 0);
    CHECK(watch.output().empty());
  }
  const Result there = broker.run({"watch", "plant", "speed", "--count", "1"});
  CHECK(there.errors.empty());
  CHECK_THAT(broker.run({"get", "plant", "sp*"}).errors, ContainsSubstring("no wildcards"));
  CHECK_THAT(broker.run({"show", "pl*"}).errors, ContainsSubstring("no wildcards"));
}

TEST_CASE("watch waits until a condition holds, and its exit code says whether it did") {
  const BrokerProgram broker;
  broker.output_of({"set", "plant", "speed", "1"});
  CHECK(broker.run({"watch", "plant", "speed", "--until", "1"}).exit == 0);
  CHECK(broker.run({"watch", "plant", "none", "--until", "absent"}).exit == 0);

  Program watch = start(broker, {"watch", "plant", "speed", "--until", ">= 2.5"});
  CHECK_THAT(watch.read_line(), EndsWith(" speed = 1"));
  broker.output_of({"set", "plant", "speed", "2"});
  CHECK_THAT(watch.read_line(), EndsWith(" speed = 2"));
  broker.output_of({"set", "plant", "speed", "3"});
  CHECK_THAT(watch.read_line(), EndsWith(" speed = 3"));
  CHECK(watch.wait() == 0);

  Program gone = start(broker, {"watch", "plant", "speed", "--until", "absent"});
  CHECK_THAT(gone.read_line(), EndsWith(" speed = 3"));
  broker.output_of({"del", "plant", "speed"});
  CHECK(gone.wait() == 0);

  const Result late = broker.run({"watch", "plant", "speed", "--until", "7", "--for", "50ms"});
  CHECK(late.exit == 1);
  CHECK_THAT(late.errors, ContainsSubstring("'speed' of 'plant' has not become '7'"));
  CHECK(broker.run({"watch", "plant", "speed", "--for", "50ms"}).exit == 0);
  Program stopped = start(broker, {"watch", "plant", "speed", "--until", "7"});
  CHECK(await([&] { return !stopped.errors().empty(); }));
  stopped.signal(SIGINT);
  CHECK(stopped.wait() == 1);
  CHECK(run_bulletin({"watch", "plant", "--until", "7"}).exit == 2);
  CHECK(run_bulletin({"watch", "plant", "a", "b", "--until", "7"}).exit == 2);
  CHECK(run_bulletin({"watch", "plant", "speed", "--until", "idle"}).exit == 2);
}

TEST_CASE("watch can leave out what is there, and tell when a change came") {
  const BrokerProgram broker;
  broker.output_of({"load", "plant", "-"}, R"({"a": 1, "b": 1, "c": 1})");
  Program all = start(broker, {"watch", "plant", "--new", "--timestamps", "--count", "2"});
  Program some = start(broker, {"watch", "plant", "a", "b", "--new", "--json", "-t", "--for", "60s",
                                "--count", "1"});
  Program unmet = start(broker, {"watch", "plant", "a", "--new", "--until", "2"});
  const auto watched = [&] {
    return broker.output_of({"stat", "--json"}).find("\"clients\": 3") != std::string::npos;
  };
  REQUIRE(await(watched));
  std::string line;
  // A watch that is not there yet would tell these as present: until they have been told.
  for (int i = 2; line.empty() && i != 200; ++i) {
    broker.output_of({"set", "plant", "c", std::to_string(i)});
    line = all.read_line(std::chrono::milliseconds(100));
  }
  CHECK(line.size() > 24);
  CHECK(line[10] == 'T');
  CHECK(line[23] == 'Z');
  CHECK_THAT(line, ContainsSubstring(" c = "));
  broker.output_of({"set", "plant", "b", "2"});
  broker.output_of({"set", "plant", "a", "2"});
  CHECK(all.wait() == 0);
  const std::string json = some.read_line();
  CHECK_THAT(json, StartsWith("{\"time\": \"2"));
  CHECK_THAT(json, ContainsSubstring("\"name\": \"b\", \"value\": 2}"));
  CHECK(some.wait() == 0);
  CHECK_THAT(unmet.read_line(), EndsWith(" a = 2"));
  CHECK(unmet.wait() == 0);
}
