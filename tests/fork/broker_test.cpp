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
#include "support/tcp_peer.hpp"

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

/// A forked child that has copies of all that is open, until this ends.
class HoldingChild {
 public:
  /// `let_go()`: what the child closes.
  template <class LetGo>
  explicit HoldingChild(LetGo&& let_go) {
    REQUIRE(::pipe(pipe_ends_) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      let_go();
      ::close(pipe_ends_[1]);
      char byte;
      ::_exit(::read(pipe_ends_[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::close(pipe_ends_[0]);
  }
  ~HoldingChild() {
    ::close(pipe_ends_[1]);
    int status = -1;
    CHECK(await([&] { return ::waitpid(child_, &status, WNOHANG) == child_; }));
    CHECK(WIFEXITED(status));
  }
  HoldingChild(const HoldingChild&) = delete;
  HoldingChild& operator=(const HoldingChild&) = delete;

 private:
  int pipe_ends_[2];
  pid_t child_ = -1;
};

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
  const HoldingChild child([] {});
  broker.stop();
  broker.start();
  CHECK(serves(broker));
}

TEST_CASE("A broker that is stopped gives its port back, although a forked child lives") {
  BrokerOptions options = short_times();
  options.bind = "tcp://127.0.0.1:*";
  std::optional<Broker> first(options);
  first->start();
  options.bind = first->endpoint();
  options.updates = first->updates_endpoint();
  const HoldingChild child([] {});
  first->stop();
  CHECK_FALSE(TcpPeer(options.bind).connected());
  Broker second(options);
  second.start();
  CHECK(serves(second));
}

TEST_CASE("A connection that the broker ends is over, although a forked child lives") {
  BrokerOptions options = short_times();
  options.bind = "tcp://127.0.0.1:*";
  Broker broker(options);
  broker.start();
  TcpPeer ended(broker.endpoint());
  TcpPeer stays(broker.endpoint());
  REQUIRE_FALSE(ended.receive(10).empty());
  REQUIRE_FALSE(stays.receive(10).empty());
  const HoldingChild child([&] {
    ended.close();
    stays.close();
  });
  ended.send(std::string(100, 'x'));
  CHECK(ended.is_turned_away());
  broker.stop();
  CHECK(stays.is_turned_away());
}
