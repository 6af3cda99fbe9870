// How hostile a world is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "simulation/random.hpp"
#include "simulation/schedule.hpp"

namespace bulletin::simulation {

/// Where no unit is given, in a thousand.
struct Rates {
  // Messages.
  Time delay = 200;   ///< up to, as a rule
  unsigned late = 0;  ///< messages delayed up to a hundred times as long
  unsigned lose_request = 0;
  unsigned double_request = 0;  ///< the copy comes much later, maybe after newer ones
  unsigned lose_reply = 0;
  unsigned double_reply = 0;
  unsigned drop_updates = 0;  ///< beginnings of a burst of dropped updates on one connection
  std::size_t high_water_mark = 10'000;  ///< updates under way to one reader; one more is dropped
  unsigned double_update = 0;
  unsigned reorder_update = 0;

  // Turns of the broker.
  Time turn = 200;  ///< up to so long it gathers requests
  unsigned abandon = 0;
  bool stored = false;  ///< the broker keeps its state in a store, and a reboot is a crash
  unsigned crash = 0;   ///< with a store: the disk fails within a commit, and the broker ends

  // Each time that a client could look at its sockets.
  unsigned slow_poll = 0;

  // Steps.
  unsigned cut = 0;        ///< one connection is lost
  unsigned partition = 0;  ///< a client cannot reach the broker for a while
  unsigned freeze = 0;     ///< a client stands still for a while
  unsigned kill = 0;       ///< a client is gone; another comes
  unsigned leave = 0;      ///< a client closes; another comes
  unsigned fork = 0;       ///< a client's parent is gone, its child goes on
  unsigned pause = 0;      ///< the broker stands still for a while
  unsigned reboot = 0;     ///< the broker restarts and remembers
  unsigned forget = 0;     ///< the broker restarts with a new epoch

  [[nodiscard]] std::string describe() const;
};

/// A calm world for some seeds, a very hostile one for others, and each kind of fault in some only.
Rates draw_rates(Random& random);

}  // namespace bulletin::simulation
