// How current a replica is.
#pragma once

#include <chrono>

namespace bulletin {

/// How far a replica can be trusted to be up to date; see `Namespace::freshness`.
///
///     if (robot.freshness().state != bulletin::Freshness::State::connected) stop();
struct Freshness {
  enum class State {
    connected,  ///< up to date: the broker was heard within three beats, and nothing is missing
    syncing,    ///< connected, and fetching what is missing
    stale,  ///< the broker has not been heard, or this user may not read it any more; reads serve
            ///< the last known state
  };
  State state = State::stale;
  /// Since when the state holds (wall clock).
  std::chrono::system_clock::time_point since = {};
};

}  // namespace bulletin
