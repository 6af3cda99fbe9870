// A board whose updates pass a gate.
#pragma once

#include "support/board.hpp"
#include "support/gate.hpp"

namespace bulletin::test {

struct GatedUpdates {
  GatedUpdates() { updates.lead_to(board.updates_endpoint()); }

  static BrokerOptions through(const Gate& gate) {
    BrokerOptions options = short_times();
    options.advertise = gate.endpoint();
    return options;
  }

  Gate updates;
  Board board{through(updates)};
};

}  // namespace bulletin::test
