// A broker embedded in a program that forks.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

bool serves(const Broker& broker) {
  RawClient client(broker.endpoint());
  client.hello();
  return client.write("a", Transaction().add("n", 1)).status == wire::Status::ok;
}

/// The exit code of a child that lives so; the destructors of the parent's objects do not run in
/// it.
template <class Life>
int in_child(Life&& life) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(life() ? 0 : 1);
  int status = -1;
  CHECK(await([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("A forked child that destroys its copy of a broker ends nothing") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.bind = "ipc://" + (folder.path() / "board").string();
  std::optional<Broker> broker(options);
  broker->start();
  const int code = in_child([&] {
    broker->stop();
    broker.reset();
    return true;
  });
  CHECK(code == 0);
  CHECK(std::filesystem::exists(folder.path() / "board"));
  CHECK(serves(*broker));
}

TEST_CASE("A forked child of a broker with data ends by exit, and opens no data") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.data = (folder.path() / "data").string();
  Broker broker(options);
  broker.start();
  const pid_t child = ::fork();
  if (child == 0) {
    BrokerOptions own = short_times();
    own.data = (folder.path() / "own").string();
    try {
      Broker(own).start();
    } catch (const Error& error) {
      std::exit(std::string(error.what()).find("forked") != std::string::npos ? 7 : 1);
    }
    std::exit(2);
  }
  int status = -1;
  const bool ended = await([&] { return ::waitpid(child, &status, WNOHANG) == child; });
  if (!ended) ::kill(child, SIGKILL);
  REQUIRE(ended);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(serves(broker));
}

TEST_CASE("A forked child can serve with a broker of its own, while the parent's goes on") {
  Broker broker(short_times());
  broker.start();
  const int code = in_child([&] {
    Broker own(short_times());
    own.start();
    return own.endpoint() != broker.endpoint() && serves(own) && serves(broker);
  });
  CHECK(code == 0);
  CHECK(serves(broker));
}

TEST_CASE("A broker that is stopped gives its path back, although a forked child lives") {
  const TemporaryFolder folder;
  BrokerOptions options = short_times();
  options.bind = "ipc://" + (folder.path() / "board").string();
  Broker broker(options);
  broker.start();
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe_ends[1]);
    char byte;
    // Until the parent closes its end.
    ::_exit(::read(pipe_ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  ::close(pipe_ends[0]);
  broker.stop();
  broker.start();
  CHECK(serves(broker));
  ::close(pipe_ends[1]);
  int status = -1;
  CHECK(await([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
  CHECK(WIFEXITED(status));
}
