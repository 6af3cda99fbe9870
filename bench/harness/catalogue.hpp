// What is measured.
#pragma once

#include <string>
#include <vector>

#include "harness/contender.hpp"

namespace bulletin::bench {

enum class Unit { nanoseconds, microseconds, milliseconds, per_second, bytes };

struct Scenario {
  std::string name;
  std::string what;  ///< in a few words
  Unit unit = Unit::microseconds;
  int rounds = 0;  ///< at the most; 0: as many as were asked for
  /// The first is the limit, or the rival, that the others are compared with.
  std::vector<Way> ways;
};

std::vector<Scenario> catalogue(const Setting& setting);

}  // namespace bulletin::bench
