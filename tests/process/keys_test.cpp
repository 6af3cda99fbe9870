// Keys from the command line: made, used, taken away.

#include <sys/stat.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "process/shell.hpp"
#include "support/await.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

using bulletin::test::await;
using bulletin::test::bin_folder;
using bulletin::test::BrokerProgram;
using bulletin::test::last_line;
using bulletin::test::Program;
using bulletin::test::Result;
using bulletin::test::run_bulletin;
using bulletin::test::TcpPeer;
using bulletin::test::TemporaryFolder;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

std::ptrdiff_t descriptors_of(const Program& program) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(program.pid()) + "/fd");
  return std::distance(begin(all), end(all));
}

/// The keys of a broker, and of alice and bob, which are authorized.
template <class Path>
void make_keys_of_two_users(const Path& path) {
  for (const char* name : {"broker", "alice", "bob"})
    REQUIRE(run_bulletin({"keygen", path(name)}).exit == 0);
  std::ofstream(path("authorized")) << last_line(path("alice.pub")) << " alice\n"
                                    << last_line(path("bob.pub")) << " bob\n";
}

}  // namespace

TEST_CASE("keys are made, let in, and taken away by SIGHUP") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  for (const char* name : {"broker", "alice", "bob"}) {
    REQUIRE(run_bulletin({"keygen", path(name)}).exit == 0);
    CHECK(mode_of(path(name) + ".key") == 0600);
  }
  CHECK(run_bulletin({"keygen", path("bob")}).exit == 2);  // not written over
  const auto authorize = [&](std::initializer_list<const char*> names) {
    std::ofstream file(path("authorized"));
    for (const char* name : names)
      file << last_line(path(name) + ".pub") << " " << name << " of the test\n";
  };
  authorize({"alice"});
  BrokerProgram broker(
      {"--secret-key", path("broker.key"), "--authorized-keys", path("authorized")});
  const auto as = [&](const std::string& name, const char* timeout) {
    return broker.run({"--server-key", path("broker.pub"), "--key", path(name) + ".key",
                       "--timeout", timeout, "set", "a", "by", "--string", name});
  };
  CHECK(as("alice", "20s").exit == 0);
  const Result stranger = as("bob", "500ms");
  CHECK(stranger.exit == 3);
  CHECK(stranger.errors.find("does not let this client in: add its public key '" +
                             last_line(path("bob") + ".pub")) != std::string::npos);
  const Result without = broker.run({"--timeout", "300ms", "ls"});
  CHECK(without.exit == 3);
  CHECK(without.errors.find("the broker there wants keys") != std::string::npos);

  authorize({"bob"});
  broker.program().signal(SIGHUP);
  CHECK(as("bob", "20s").exit == 0);
  REQUIRE(await([&] { return as("alice", "300ms").exit == 3; }));
  broker.program().signal(SIGTERM);
  CHECK(broker.program().wait() == 0);
  const std::string& log = broker.program().errors();
  CHECK(log.find("event=access keys=1") != std::string::npos);
  CHECK(log.find("event=keys_not_known") != std::string::npos);
  // What an administrator needs to let it in.
  CHECK(log.find("event=key_not_authorized address=\"") != std::string::npos);
  CHECK(log.find(" key=\"" + last_line(path("bob") + ".pub") + "\"") != std::string::npos);
  for (const char* name : {"broker", "alice", "bob"})
    CHECK(log.find(last_line(path(name) + ".key")) == std::string::npos);
}

TEST_CASE("permissions of any kind at SIGHUP end no broker and change nothing") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  for (const char* name : {"broker", "alice"})
    REQUIRE(run_bulletin({"keygen", path(name)}).exit == 0);
  std::ofstream(path("authorized")) << last_line(path("alice.pub")) << " alice\n";
  std::ofstream(path("rules")) << "[[rule]]\nuser = \"alice\"\nright = \"write\"\n";
  BrokerProgram broker({"--secret-key", path("broker.key"), "--authorized-keys", path("authorized"),
                        "--permissions", path("rules")});
  const auto refusals = [&] {
    const std::string& log = broker.program().errors();
    std::size_t count = 0;
    for (std::size_t at = log.find("event=access_refused"); at != std::string::npos;
         at = log.find("event=access_refused", at + 1)) {
      ++count;
    }
    return count;
  };
  std::string deep;
  for (int i = 0; i != 100'000; ++i) deep += "a.";
  std::size_t expected = 0;
  for (const std::string& rules :
       {deep + "a = 1\n", "[" + deep + "a]\n", "x = " + std::string(100'000, '['),
        std::string((1u << 20) + 1, '#'), std::string("nonsense")}) {
    std::ofstream(path("rules")) << rules;
    broker.program().signal(SIGHUP);
    ++expected;
    REQUIRE(await([&] { return refusals() == expected; }));
  }
  CHECK(broker
            .run({"--server-key", path("broker.pub"), "--key", path("alice.key"), "--timeout",
                  "20s", "set", "a", "by", "1"})
            .exit == 0);
}

TEST_CASE("a quota refuses with the reason and SIGHUP makes it larger") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  make_keys_of_two_users(path);
  const auto permit = [&](const std::string& attributes) {
    std::ofstream(path("new")) << "[[rule]]\nuser = \"*\"\nright = \"write\"\n"
                               << "[[quota]]\nuser = \"alice\"\nattributes = " << attributes
                               << "\n";
    std::filesystem::rename(path("new"), path("permissions"));
  };
  permit("1");
  BrokerProgram broker({"--secret-key", path("broker.key"), "--authorized-keys", path("authorized"),
                        "--permissions", path("permissions")});
  const auto set = [&](const std::string& user, const std::string& name) {
    return broker.run({"--server-key", path("broker.pub"), "--key", path(user + ".key"),
                       "--timeout", "20s", "set", user, name, "1"});
  };
  CHECK(set("alice", "x").exit == 0);
  const Result refused = set("alice", "y");
  CHECK(refused.exit == 1);
  CHECK(refused.errors.find("user 'alice' may have at most 1 attributes; to allow more, set "
                            "'attributes' in a [[quota]]") != std::string::npos);
  CHECK(await([&] {
    return broker.program().errors().find(
               "event=quota_reached user=\"alice\" resource=attributes quota=1 used=1 "
               "refused=1") != std::string::npos;
  }));
  CHECK(set("bob", "x").exit == 0);
  CHECK(set("bob", "y").exit == 0);
  permit("nonsense");
  broker.program().signal(SIGHUP);
  REQUIRE(await(
      [&] { return broker.program().errors().find("event=access_refused") != std::string::npos; }));
  CHECK(set("alice", "y").exit == 1);
  permit("2");
  broker.program().signal(SIGHUP);
  REQUIRE(await([&] { return set("alice", "y").exit == 0; }));
  CHECK(set("alice", "z").exit == 1);
}

TEST_CASE("an address that other hosts can reach is bound with keys, or on demand") {
  Program refused(bin_folder + "/bulletin-broker", {"--bind", "tcp://*:*"});
  CHECK(refused.wait() == 2);
  CHECK(refused.errors().find("bulletin keygen broker") != std::string::npos);
  CHECK(refused.errors().find("--insecure") != std::string::npos);
  Program open(bin_folder + "/bulletin-broker", {"--bind", "tcp://*:*", "--insecure"});
  CHECK(open.read_line().starts_with("ready "));
  open.signal(SIGTERM);
  CHECK(open.wait() == 0);
  CHECK(open.errors().find("event=insecure") != std::string::npos);
}

TEST_CASE("a key is taken away while as many connections as there can be hold descriptors") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  make_keys_of_two_users(path);
  Program broker("/bin/bash",
                 {"-c", "ulimit -n 128; exec '" + bin_folder +
                            "/bulletin-broker' --bind 'tcp://127.0.0.1:*' --max-connections 1000 "
                            "--metrics '127.0.0.1:*' --secret-key " +
                            path("broker.key") + " --authorized-keys " + path("authorized")});
  bulletin::ClientOptions options;
  options.endpoint = bulletin::test::value_of(broker.read_line(), "commands");
  options.server_key = path("broker.pub");
  options.key_file = path("alice.key");
  bulletin::Client alice(options);
  const bulletin::Namespace space = alice.open("plant");
  using State = bulletin::Freshness::State;
  REQUIRE(await([&] { return space.freshness().state == State::connected; }));

  // They are let go when their handshakes take too long, and those that wait take their places.
  std::vector<TcpPeer> crowd;
  while (crowd.size() != 300) crowd.emplace_back(options.endpoint);
  constexpr std::ptrdiff_t all_but_the_reserve = 128 - 128 / 8;
  REQUIRE(await([&] { return descriptors_of(broker) >= all_but_the_reserve - 1; }));
  std::ofstream(path("authorized")) << last_line(path("bob.pub")) << " bob\n";
  broker.signal(SIGHUP);
  CHECK(await([&] { return broker.errors().find("event=access keys=1") != std::string::npos; }));
  CHECK(await([&] { return space.freshness().state != State::connected; }));
  CHECK(broker.errors().find("event=access_waits") == std::string::npos);
  const std::string& log = broker.errors();
  const std::size_t url = log.find("url=http://") + 4;
  const TcpPeer scraper(log.substr(url, log.find("/metrics", url) - url));
  REQUIRE(scraper.send("GET /metrics HTTP/1.0\r\n\r\n"));
  CHECK(scraper.receive_all().starts_with("HTTP/1.1 200"));
}
