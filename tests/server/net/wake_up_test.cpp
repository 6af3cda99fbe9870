#include "server/net/wake_up.hpp"

#include <poll.h>

#include "support/catch.hpp"

using bulletin::server::WakeUp;

namespace {

bool wakes(const WakeUp& wake_up) {
  pollfd item{wake_up.descriptor(), POLLIN, 0};
  return ::poll(&item, 1, 0) == 1;
}

}  // namespace

TEST_CASE("What was raised wakes until it is cleared, and can be raised again") {
  WakeUp wake_up;
  CHECK_FALSE(wakes(wake_up));
  wake_up.raise();
  wake_up.raise();
  CHECK(wakes(wake_up));
  wake_up.clear();
  CHECK_FALSE(wakes(wake_up));
  wake_up.clear();
  wake_up.raise();
  CHECK(wakes(wake_up));
}
