// A broker program with data, and the tools for it.

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using bulletin::test::bin_folder;
using bulletin::test::BrokerProgram;
using bulletin::test::Program;
using bulletin::test::Result;
using bulletin::test::TemporaryFolder;

TEST_CASE("backup copies the data of a broker that goes on") {
  const TemporaryFolder folder;
  const std::string data = (folder.path() / "data").string();
  const std::string copy = (folder.path() / "copy").string();
  BrokerProgram broker({"--data", data});
  broker.output_of({"set", "plant/robot", "speed", "3.5"});
  CHECK(broker.output_of({"backup", copy}).ends_with("bytes\n"));
  broker.output_of({"set", "plant/robot", "speed", "4.5"});
  CHECK(broker.run({"backup", copy}).exit == 2);  // it is there

  Program check(bin_folder + "/bulletin-broker", {"check", copy});
  REQUIRE(check.wait() == 0);
  CHECK(check.output().find("history copied") != std::string::npos);
  CHECK(check.output().find("attributes    1 ") != std::string::npos);
  const BrokerProgram other({"--data", copy});
  CHECK(other.output_of({"get", "plant/robot", "speed"}) == "3.5\n");
  CHECK(broker.output_of({"get", "plant/robot", "speed"}) == "4.5\n");
  // The copy that was taken away is gone at the broker.
  CHECK_FALSE(std::filesystem::exists(data + "/copy"));
}

TEST_CASE("a backup is for its owner only and not written into a folder of another") {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return folder.path() / name; };
  const auto mode = [&](const char* name) {
    return std::filesystem::status(path(name)).permissions() & std::filesystem::perms::all;
  };
  BrokerProgram broker({"--data", path("data").string()});
  CHECK(mode("data") == std::filesystem::perms(0700));
  broker.output_of({"backup", path("new").string()});
  CHECK(mode("new") == std::filesystem::perms(0700));
  std::filesystem::create_directory(path("there"));
  std::filesystem::permissions(path("there"), std::filesystem::perms(0755));
  broker.output_of({"backup", path("there").string()});
  CHECK(mode("there") == std::filesystem::perms(0700));

  std::filesystem::create_directory(path("others"));
  if (::chown(path("others").c_str(), 65534, 65534) != 0) return;  // only root can try it
  const Result refused = broker.run({"backup", path("others").string()});
  CHECK(refused.exit == 2);
  CHECK(refused.errors.find("belongs to the user with the id 65534") != std::string::npos);
  CHECK(std::filesystem::is_empty(path("others")));
  Program second(bin_folder + "/bulletin-broker",
                 {"--bind", "tcp://127.0.0.1:*", "--data", path("others").string()});
  CHECK(second.wait() == 2);
  CHECK(second.errors().find("belongs to the user with the id 65534") != std::string::npos);
}

TEST_CASE("a folder of data that others may enter is told at the start") {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  BrokerProgram broker({"--data", folder.path().string()});
  broker.program().signal(SIGTERM);
  CHECK(broker.program().wait() == 0);
  CHECK(broker.program().errors().find("event=data_folder_open") != std::string::npos);
  CHECK(broker.program().errors().find("chmod 700") != std::string::npos);
}

TEST_CASE("backup of a broker without data, and check of what is none, are refused with a reason") {
  const TemporaryFolder folder;
  BrokerProgram broker;
  const Result result = broker.run({"backup", (folder.path() / "copy").string()});
  CHECK(result.exit == 1);
  CHECK(result.errors.find("--data") != std::string::npos);
  Program check(bin_folder + "/bulletin-broker", {"check", folder.path().string()});
  CHECK(check.wait() == 1);
  CHECK(check.errors().find("no board.toml") != std::string::npos);
}

TEST_CASE("a second broker on the same data, and data in a folder that is not there, are refused") {
  const TemporaryFolder folder;
  const std::string data = (folder.path() / "data").string();
  const BrokerProgram first({"--data", data});
  Program second(bin_folder + "/bulletin-broker", {"--bind", "tcp://127.0.0.1:*", "--data", data});
  CHECK(second.wait() == 1);
  CHECK(second.errors().find("another broker or tool has it open") != std::string::npos);
  Program nowhere(bin_folder + "/bulletin-broker",
                  {"--bind", "tcp://127.0.0.1:*", "--data", data + "/a/b"});
  CHECK(nowhere.wait() == 1);
  CHECK(nowhere.errors().find(data + "/a/b") != std::string::npos);
}

TEST_CASE("the data is there after a clean end, whatever the durability") {
  const TemporaryFolder folder;
  const std::string data = (folder.path() / "data").string();
  const std::string mode = GENERATE(std::string("sync"), std::string("async"));
  for (int round = 0; round != 3; ++round) {
    BrokerProgram broker({"--data", data, "--durability", mode});
    if (round != 0) CHECK(broker.output_of({"get", "a", "n"}) == std::to_string(round) + "\n");
    broker.output_of({"set", "a", "n", std::to_string(round + 1)});
    broker.program().signal(SIGTERM);
    CHECK(broker.program().wait() == 0);
    const bool told = broker.program().errors().find("event=durability_async") != std::string::npos;
    CHECK(told == (mode == "async"));
  }
}

TEST_CASE("all namespaces are dumped, and loaded into another board") {
  const BrokerProgram one;
  one.output_of({"load", "plant/a", "-"}, R"({"x": 1, "$bytes": 2, "b": {"$bytes": "aGk="}})");
  one.output_of({"set", "plant/b", "größe", "3.0"});
  const std::string all = one.output_of({"dump", "--all"});
  CHECK(all ==
        "{\"namespace\": \"plant/a\", \"attributes\": {\"$map\": {\"$bytes\": 2, "
        "\"b\": {\"$bytes\": \"aGk=\"}, \"x\": 1}}}\n"
        "{\"namespace\": \"plant/b\", \"attributes\": {\"größe\": 3.0}}\n");
  const BrokerProgram other;
  other.output_of({"set", "plant/b", "old", "1"});
  CHECK(other.output_of({"load", "--all", "-", "--replace"}, all) ==
        "4 attributes in 2 namespaces\n");
  CHECK(other.output_of({"dump", "--all"}) == all);

  for (const char* bad : {"[1]", "{\"namespace\": \"a\"}", "{\"namespace\": 1, \"attributes\": {}}",
                          "{\"namespace\": \"a//b\", \"attributes\": {}}", "nonsense"}) {
    const Result result = other.run({"load", "--all", "-"}, all + bad);
    CHECK(result.exit == 2);
    CHECK(result.errors.find("line 3") != std::string::npos);
  }
  CHECK(other.run({"load", "plant/b"}, all).exit == 2);
  CHECK(other.run({"load", "--all", "a", "b"}, all).exit == 2);
  CHECK(other.run({"dump"}).exit == 2);
  CHECK(other.run({"dump", "plant/b", "--all"}).exit == 2);
}
