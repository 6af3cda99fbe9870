#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bulletin/bulletin.hpp>

#include "support/board.hpp"
#include "support/catch.hpp"

namespace {

using namespace bulletin;
using test::await;

/// A child process that posts its presence and then only exists. Forked before this process has any
/// client.
pid_t start_worker(int endpoint_pipe) {
  const pid_t child = fork();
  if (child != 0) return child;
  char endpoint[256] = {};
  if (read(endpoint_pipe, endpoint, sizeof endpoint - 1) <= 0) _exit(1);
  try {
    Client client({.endpoint = endpoint});
    Namespace presence = client.open("presence");
    presence.set("worker", static_cast<std::int64_t>(getpid()), {.ephemeral = true});
    for (;;) pause();
  } catch (...) {
    _exit(1);
  }
}

}  // namespace

TEST_CASE("when a client is killed its ephemeral attributes go with its session") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t worker = start_worker(ends[0]);
  BrokerOptions options = test::short_times();
  options.session_time = std::chrono::milliseconds(1000);
  test::Board board(options);
  Client client = board.client();
  Namespace presence = client.open("presence");
  presence.set("lasting", true);
  REQUIRE(write(ends[1], board.endpoint().data(), board.endpoint().size()) > 0);

  CHECK(await([&] { return presence.get<std::int64_t>("worker") == worker; }));
  kill(worker, SIGKILL);
  CHECK(waitpid(worker, nullptr, 0) == worker);
  CHECK(await([&] { return !presence.contains("worker"); }));
  CHECK(presence.get<bool>("lasting") == true);
  close(ends[0]);
  close(ends[1]);
}
