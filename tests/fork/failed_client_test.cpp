// A client that could not begin leaves nothing behind that a fork would meet.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

#include <bulletin/bulletin.hpp>

#include "fork/child.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("an endpoint that cannot be one is rejected, and forks go on working") {
  const Board board;
  for (const char* endpoint : {"tcp://robot 7:5570", "tcp://a/b:5570", "tcp://::1:5570",
                               "tcp://[::1:5570", "tcp://user@host:5570"}) {
    try {
      Client client({.endpoint = endpoint});
      FAIL(endpoint);
    } catch (const Error& error) {
      CHECK(error.code() == Errc::rejected);
      CHECK(std::string(error.what()).find(endpoint) != std::string::npos);
    }
  }
  Client client = board.client();
  client.open("a").set("x", 1);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(client.open("a").get<int>("x") == 1 ? 0 : 1);
  int status = -1;
  CHECK(await([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
  CHECK(status == 0);
}

namespace {

/// No descriptors can be made while this lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{3, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

std::string outcome_of_set(const Namespace& space) {
  try {
    space.set("x", 2);
    return "set";
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + " " + error.what();
  }
}

}  // namespace

TEST_CASE("a child that cannot make threads or sockets reads on, and writes once it can") {
  IpcBoard board;
  Client client = board->client();
  const Namespace space = client.open("a");
  space.set("x", 1);
  Child child([&](const Parent& parent) {
    {
      const NoDescriptors none;
      parent.tell("reads " + std::to_string(space.at<int>("x")) + " of " +
                  std::to_string(space.size()));
      parent.tell(space.freshness().state == Freshness::State::stale ? "stale" : "fresh");
      parent.tell(outcome_of_set(space));
    }
    parent.tell(outcome_of_set(space));
    parent.tell("reads " + std::to_string(space.at<int>("x")));
  });
  CHECK(child.line() == "reads 1 of 1");
  CHECK(child.line() == "stale");
  const std::string refused = child.line();
  CHECK(refused.starts_with("disconnected"));
  CHECK(refused.find("forked child") != std::string::npos);
  CHECK(child.line() == "set");
  CHECK(child.line() == "reads 2");
  CHECK(child.wait() == 0);
}

TEST_CASE("a client that could not begin in a child closes there, and forks go on") {
  IpcBoard board;
  std::optional<Client> client(board->client());
  const Namespace space = client->open("a");
  Child child([&](const Parent& parent) {
    const NoDescriptors none;
    parent.tell(space.contains("x") ? "there" : "absent");
    client.reset();
    parent.tell(outcome_of_set(space));
  });
  CHECK(child.line() == "absent");
  CHECK(child.line().find("is closed") != std::string::npos);
  CHECK(child.wait() == 0);
  space.set("x", 1);
}
