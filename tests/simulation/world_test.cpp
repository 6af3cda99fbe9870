#include "simulation/world.hpp"

#include "simulation/failure.hpp"
#include "support/catch.hpp"

using namespace bulletin::simulation;

namespace {

Options of_seed(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  return options;
}

/// The first of so many seeds whose world fails; 0: none.
std::uint64_t first_failure(Plant plant, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Options options = of_seed(seed);
    options.plant = plant;
    try {
      World(options).run();
    } catch (const Failure&) {
      return seed;
    }
  }
  return 0;
}

}  // namespace

TEST_CASE("every world holds") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    REQUIRE_NOTHROW(World(of_seed(seed)).run());
  }
}

TEST_CASE("a seed replays the same world") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(World(of_seed(seed)).run().fingerprint == World(of_seed(seed)).run().fingerprint);
  }
  CHECK(World(of_seed(1)).run().fingerprint != World(of_seed(2)).run().fingerprint);
}

TEST_CASE("planted faults are found") {
  const Plant plant = GENERATE(
      Plant::skip_updates, Plant::apply_twice, Plant::half_commits, Plant::other_values,
      Plant::lose_acknowledged, Plant::ignore_conditions, Plant::keep_sessions,
      Plant::deaf_observer, Plant::short_answers, Plant::forgetful_store, Plant::forgetful_writer);
  CAPTURE(static_cast<int>(plant));
  CHECK(first_failure(plant, 20) != 0);
}
