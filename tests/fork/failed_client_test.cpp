// A client that could not begin leaves nothing behind that a fork would meet.

#include <sys/wait.h>
#include <unistd.h>

#include <bulletin/bulletin.hpp>

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
