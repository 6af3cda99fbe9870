// bulletin-broker check-config, and that a start refuses the same before anything is bound.

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using bulletin::test::bin_folder;
using bulletin::test::last_line;
using bulletin::test::Program;
using bulletin::test::run_bulletin;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

using Words = std::vector<std::string>;

/// Files as an administrator has them, all of them right.
class Files {
 public:
  Files() {
    REQUIRE(run_bulletin({"keygen", path("broker")}).exit == 0);
    REQUIRE(run_bulletin({"keygen", path("robot")}).exit == 0);
    write("authorized_keys", last_line(path("robot.pub")) + " robot\n");
    write("permissions.toml",
          "[[rule]]\nuser = \"robot\"\nnamespace = \"plant\"\nright = \"write\"\n");
    write("broker.toml", "bind = \"tcp://127.0.0.1:*\"\nsecret-key = \"" + path("broker.key") +
                             "\"\nauthorized-keys = \"" + path("authorized_keys") +
                             "\"\npermissions = \"" + path("permissions.toml") + "\"\ndata = \"" +
                             path("data") + "\"\nmetrics = \"127.0.0.1:9570\"\n");
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  [[nodiscard]] Words keys() const {
    return {"--secret-key", path("broker.key"), "--authorized-keys", path("authorized_keys")};
  }

 private:
  TemporaryFolder folder_;
};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Both say the same in the same words; neither has bound or made anything.
void check_refused(const Words& words, const std::string& about) {
  CAPTURE(words);
  for (const bool only_check : {false, true}) {
    Program broker(bin_folder + "/bulletin-broker",
                   only_check ? with({"check-config"}, words) : words);
    CHECK(broker.wait() == 2);
    CHECK_THAT(broker.errors(), StartsWith("bulletin-broker: "));
    CHECK_THAT(broker.errors(), ContainsSubstring(about));
    CHECK(broker.output().empty());
  }
}

}  // namespace

TEST_CASE("a configuration that is right is told so, and nothing is bound or made") {
  const Files files;
  for (const Words& words : {Words{"check-config", "--config", files.path("broker.toml")},
                             Words{"--config", files.path("broker.toml"), "check-config"}}) {
    Program check(bin_folder + "/bulletin-broker", words);
    CHECK(check.wait() == 0);
    CHECK(check.output() == "OK: commands at tcp://127.0.0.1:*; data in " + files.path("data") +
                                "; 1 authorized key\n");
    CHECK(check.errors().empty());
    CHECK_FALSE(std::filesystem::exists(files.path("data")));
  }
}

TEST_CASE("check-config notes rules for a user without a key") {
  const Files files;
  files.write("permissions.toml", "[[rule]]\nuser = \"nobody\"\nright = \"read\"\n");
  Program check(bin_folder + "/bulletin-broker",
                {"check-config", "--config", files.path("broker.toml")});
  CHECK(check.wait() == 0);
  CHECK_THAT(check.output(), ContainsSubstring("note: permissions: there are rules for the user "
                                               "\"nobody\", who has no key"));
}

TEST_CASE("a wrong value ends a broker with 2 before anything is bound, and names the option") {
  for (const auto& [option, wrong, expected] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"metrics", "9570", "ADDRESS:PORT"},
           {"log-level", "loud", "trace, debug, info"},
           {"durability", "maybe", "sync nor async"},
           {"bind", "5570", "tcp://ADDRESS:PORT"},
           {"updates", "127.0.0.1:5571", "tcp://ADDRESS:PORT"},
           {"advertise", "gateway", "tcp://HOST:PORT"},
           {"advertise", "tcp://gateway", "tcp://HOST:PORT"},
           {"advertise", "tcp://*:5571", "tcp://HOST:PORT"},
           {"advertise", "tcp://gateway:*", "tcp://HOST:PORT"},
           {"session-ms", "10s", "from 2 to 86400000"},
           {"beat-ms", "-1", "from 1 to 3600000"},
           {"max-sessions", "", "from 1 to"},
           {"log-bytes", "64M", "from 0 to"},
           {"data", "/dev/null", "is no folder"},
           {"config", "/no/such/file", "/no/such/file"},
           {"config", "/dev/zero", "larger than 1 MiB"},
       }) {
    check_refused({"--" + option, wrong}, option);
    check_refused({"--" + option, wrong}, expected);
  }
}

TEST_CASE("wrong key and permission files end a broker with 2 before anything is bound") {
  const Files files;
  const auto refused = [&files](const std::string& option, const std::string& file,
                                const std::string& about) {
    check_refused(with(files.keys(), {"--" + option, file}), option + ": ");
    check_refused(with(files.keys(), {"--" + option, file}), about);
  };
  files.write("nonsense", "nonsense\n");
  std::filesystem::permissions(files.path("nonsense"), std::filesystem::perms::owner_read);
  files.write("open.key", last_line(files.path("broker.key")) + "\n");
  std::filesystem::permissions(files.path("open.key"), std::filesystem::perms(0644));

  check_refused(
      {"--secret-key", files.path("none"), "--authorized-keys", files.path("authorized_keys")},
      "secret-key: ");
  check_refused(
      {"--secret-key", files.path("nonsense"), "--authorized-keys", files.path("authorized_keys")},
      "secret-key: ");
  check_refused(
      {"--secret-key", files.path("open.key"), "--authorized-keys", files.path("authorized_keys")},
      "chmod 600");
  for (const char* const file : {"none", "nonsense"}) {
    check_refused({"--secret-key", files.path("broker.key"), "--authorized-keys", files.path(file)},
                  "authorized-keys: ");
    refused("permissions", files.path(file), files.path(file));
  }
  refused("permissions", "/tmp", "/tmp");
  refused("permissions", "/dev/zero", "larger than 1 MiB");
  check_refused({"--secret-key", files.path("broker.key"), "--authorized-keys", "/dev/zero"},
                "larger than 1 MiB");
  std::string deep;
  for (int i = 0; i != 100'000; ++i) deep += "a.";
  files.write("deep.toml", deep + "a = 1\n");
  check_refused({"--config", files.path("deep.toml")}, "nests more than");
  refused("permissions", files.path("deep.toml"), "nests more than");
  check_refused({"--secret-key", files.path("broker.key")}, "authorized-keys");
  check_refused({"--permissions", files.path("permissions.toml")}, "secret-key");

  files.write("broker.toml", "secret-key = \"" + files.path("none") + "\"\nauthorized-keys = \"" +
                                 files.path("authorized_keys") + "\"\n");
  check_refused({"--config", files.path("broker.toml")}, "secret-key: ");
  files.write("broker.toml", "metrics = 9570\n");
  check_refused({"--config", files.path("broker.toml")}, "broker.toml:1: 'metrics'");
  files.write("broker.toml", "metrics = \"9570\"\n");
  check_refused({"--config", files.path("broker.toml")}, "metrics: '9570'");
}

TEST_CASE("check-config looks where sockets and data are to be") {
  for (const auto& [words, about] : std::vector<std::pair<Words, std::string>>{
           {{"--bind", "ipc:///no/such/folder/board"}, "bind: "},
           {{"--data", "/dev/null/board"}, "data: "},
       }) {
    CAPTURE(words);
    Program check(bin_folder + "/bulletin-broker", with({"check-config"}, words));
    CHECK(check.wait() == 2);
    CHECK_THAT(check.errors(), ContainsSubstring(about));
    CHECK(check.output().empty());
  }
}
