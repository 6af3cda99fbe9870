// Tells what was measured.
#pragma once

#include <string>
#include <vector>

#include "harness/catalogue.hpp"
#include "harness/round.hpp"

namespace bulletin::bench {

/// What a way came to, or why it did not run.
struct Outcome {
  std::string way;
  Kind kind;
  std::vector<Round> rounds;
  std::string skipped;
};

struct Result {
  std::string name;
  std::string what;
  Unit unit;
  std::vector<Outcome> outcomes;
};

/// One table; the ratio is that of the figure to the first that was measured.
void print(const Result& result);
/// One table of all: each of ours divided by the limit and by each rival of its scenario.
void print_ratios(const std::vector<Result>& results);
void write_json(const std::vector<Result>& results, const std::string& file);

}  // namespace bulletin::bench
