// What the broker's log has when nothing is wrong.
#include <signal.h>

#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "process/shell.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

/// A client that leaves as its user pleases; what the broker still has to say finds nobody.
void come_and_go(const std::string& endpoint, int round) {
  ClientOptions options;
  options.endpoint = endpoint;
  Client client(options);
  const Namespace space = client.open("board");
  space.set("presence", round, {.ephemeral = true});
  space.post("posted", round);
  static_cast<void>(space.set_async("async", round));
}

}  // namespace

TEST_CASE("clients that leave and requests that are refused are no warnings") {
  BrokerProgram broker({"--log-level", "debug"});
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round != 10; ++round) come_and_go(broker.endpoint(), round);
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Refused: by the broker, and as what is asked for is not there.
  CHECK(broker.run({"set", "$sys/broker", "x", "1"}).exit != 0);
  CHECK(broker.run({"get", "board", "none"}).exit != 0);
  {
    ClientOptions options;
    options.endpoint = broker.endpoint();
    options.open_timeout = std::chrono::milliseconds(300);
    Client client(options);
    CHECK_NOTHROW(client.open("$sys/broker"));
    CHECK_THROWS(client.open("$nothing").set("x", 1));
  }
  broker.program().signal(SIGTERM);
  CHECK(broker.program().wait() == 0);
  const std::string& log = broker.program().errors();
  CHECK(log.find("event=stopped") != std::string::npos);
  CHECK(log.find("level=warning") == std::string::npos);
}
