// What a run is asked to be.
#pragma once

#include <cstdint>
#include <string_view>

namespace bulletin::simulation {

/// A fault planted in the world, which the checks have to find: proof that they can fail.
enum class Plant {
  none,
  skip_updates,       ///< some updates are never sent, and nothing beats
  apply_twice,        ///< a request that was sent again is applied again
  half_commits,       ///< an update tells a commit without its last change
  other_values,       ///< an update tells another value than was written
  lose_acknowledged,  ///< writes are answered, and the turn is abandoned
  ignore_conditions,  ///< conditions of transactions always hold
  keep_sessions,      ///< no session ever ends by itself
  deaf_observer,      ///< an observer is not told of some rows
  short_answers,      ///< SINCE leaves out what it should tell
  forgetful_store,    ///< some turns are not kept
  forgetful_writer,   ///< a client gives up a write as never sent, and sends it
};

struct PlantName {
  Plant plant;
  std::string_view name;
};

inline constexpr PlantName plant_names[] = {
    {Plant::none, "none"},
    {Plant::skip_updates, "skip_updates"},
    {Plant::apply_twice, "apply_twice"},
    {Plant::half_commits, "half_commits"},
    {Plant::other_values, "other_values"},
    {Plant::lose_acknowledged, "lose_acknowledged"},
    {Plant::ignore_conditions, "ignore_conditions"},
    {Plant::keep_sessions, "keep_sessions"},
    {Plant::deaf_observer, "deaf_observer"},
    {Plant::short_answers, "short_answers"},
    {Plant::forgetful_store, "forgetful_store"},
    {Plant::forgetful_writer, "forgetful_writer"},
};

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t steps = 400;
  bool verbose = false;
  Plant plant = Plant::none;
};

}  // namespace bulletin::simulation
