// A broker that a service manager has started (sd_notify(3)).

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// What systemd would hear.
class Listener {
 public:
  explicit Listener(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval limit{std::chrono::seconds(patience).count(), 0};
    REQUIRE(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The next message; empty when none comes in time.
  std::string hear() const {
    std::array<char, 4096> text{};
    const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
    return {text.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }
  [[nodiscard]] bool says_nothing() const {
    char any = 0;
    return ::recv(socket_, &any, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
  }
  /// The next one that does not only say that it lives.
  std::string hear_news() const {
    std::string said = hear();
    while (said == "WATCHDOG=1") said = hear();
    return said;
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("a service manager is told when the broker is ready, reads again, lives, and ends") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  const Listener manager(path);
  Program broker("/usr/bin/env", {"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=300000",
                                  bin_folder + "/bulletin-broker", "--bind", "tcp://127.0.0.1:*"});
  const std::string endpoint = value_of(broker.read_line(), "commands");
  const std::string ready = manager.hear_news();
  CHECK(ready.find("READY=1\n") != std::string::npos);
  CHECK(ready.find("STATUS=serves at " + endpoint + ",") != std::string::npos);
  for (int i = 0; i != 3; ++i) CHECK(manager.hear() == "WATCHDOG=1");

  // Without keys there is nothing to read again; it is no end.
  broker.signal(SIGHUP);
  CHECK(manager.hear_news().find("RELOADING=1\nMONOTONIC_USEC=") == 0);
  CHECK(manager.hear_news().find("READY=1\n") == 0);
  CHECK(run_bulletin({"--endpoint", endpoint, "set", "plant", "x", "1"}).exit == 0);

  broker.signal(SIGTERM);
  CHECK(manager.hear_news() == "STOPPING=1");
  CHECK(broker.wait() == 0);
}

TEST_CASE("a service manager is told of the end of a reload, not of its wish") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  REQUIRE(run_bulletin({"keygen", path("broker")}).exit == 0);
  REQUIRE(run_bulletin({"keygen", path("alice")}).exit == 0);
  const std::string authorized = path("authorized");
  std::ofstream(authorized) << last_line(path("alice") + ".pub") << " alice\n";
  const Listener manager(path("notify"));
  Program broker(
      "/usr/bin/env",
      {"NOTIFY_SOCKET=" + path("notify"), bin_folder + "/bulletin-broker", "--bind",
       "tcp://127.0.0.1:*", "--secret-key", path("broker.key"), "--authorized-keys", authorized});
  REQUIRE(manager.hear().find("READY=1\n") == 0);

  // A file that takes its time.
  std::filesystem::remove(authorized);
  REQUIRE(::mkfifo(authorized.c_str(), 0600) == 0);
  broker.signal(SIGHUP);
  REQUIRE(manager.hear().find("RELOADING=1\n") == 0);
  std::ofstream slow(authorized);  // returns when the broker has begun to read it
  CHECK(manager.says_nothing());
  slow << "# nobody any more\n";
  slow.close();
  REQUIRE(manager.hear().find("READY=1\n") == 0);
  broker.signal(SIGTERM);
  CHECK(manager.hear() == "STOPPING=1");
  CHECK(broker.wait() == 0);
  CHECK(broker.errors().find("event=access keys=0") != std::string::npos);
}
