#include "server/sockets.hpp"

#include <poll.h>

#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

TEST_CASE("Who waits has used up what woke it, so that it sleeps the next time") {
  const BrokerOptions options = test::short_times();
  const Access access;
  Counters counters;
  Sockets sockets(options, access, counters);
  WakeUp wake_up;
  wake_up.raise();
  sockets.wait(wake_up, std::chrono::steady_clock::now() + std::chrono::minutes(1));
  pollfd item{wake_up.descriptor(), POLLIN, 0};
  CHECK(::poll(&item, 1, 0) == 0);
}
