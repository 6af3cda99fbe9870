#include "harness/report.hpp"

#include <cmath>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bulletin::bench {
namespace {

std::string unit_name(Unit unit) {
  switch (unit) {
    case Unit::nanoseconds: return "ns";
    case Unit::microseconds: return "us";
    case Unit::milliseconds: return "ms";
    case Unit::per_second: return "/s";
    case Unit::bytes: return "bytes";
  }
  return {};
}

/// What a figure is divided by to be in the unit.
double scale(Unit unit) {
  switch (unit) {
    case Unit::microseconds: return 1e3;
    case Unit::milliseconds: return 1e6;
    default: return 1;
  }
}

std::string number(double value, Unit unit) {
  value /= scale(unit);
  if (unit == Unit::per_second) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value < 10 ? 2 : 1);
}

std::string kind_name(Kind kind) {
  switch (kind) {
    case Kind::limit: return "limit";
    case Kind::rival: return "rival";
    case Kind::ours: return "ours";
  }
  return {};
}

void print_row(const Outcome& outcome, Unit unit, double base) {
  const Summary summary = summary_of(outcome.rounds);
  const bool timed = summary.median.latency.at(1) > 0;
  const auto quantile = [&](double rank) {
    return timed ? number(summary.median.latency.at(rank), unit) : std::string();
  };
  fmt::print("  {:<30}{:>10}{:>9}{:>9}{:>9}{:>22}{:>10}{:>12.2f}\n", outcome.way,
             number(summary.median.figure, unit), quantile(0.9), quantile(0.99), quantile(0.999),
             number(summary.least, unit) + " to " + number(summary.most, unit),
             summary.median.samples, summary.median.figure / base);
}

}  // namespace

void print(const Result& result) {
  fmt::print("\n{}: {}, {}\n", result.name, result.what, unit_name(result.unit));
  fmt::print("  {:<30}{:>10}{:>9}{:>9}{:>9}{:>22}{:>10}{:>12}\n", "",
             result.unit == Unit::per_second || result.unit == Unit::bytes ? "median" : "p50",
             "p90", "p99", "p99.9", "rounds", "samples", "ratio");
  double base = 0;
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.rounds.empty()) {
      fmt::print("  {:<30} skipped: {}\n", outcome.way, outcome.skipped);
      continue;
    }
    if (base == 0) base = summary_of(outcome.rounds).median.figure;
    print_row(outcome, result.unit, base);
  }
  std::fflush(stdout);
}

void write_json(const std::vector<Result>& results, const std::string& file) {
  nlohmann::json all = nlohmann::json::array();
  for (const Result& result : results) {
    for (const Outcome& outcome : result.outcomes) {
      nlohmann::json rounds = nlohmann::json::array();
      for (const Round& round : outcome.rounds) {
        rounds.push_back({{"figure", round.figure},
                          {"samples", round.samples},
                          {"seconds", round.seconds},
                          {"quantiles_ns", round.latency.values}});
      }
      all.push_back({{"scenario", result.name},
                     {"what", result.what},
                     {"unit", result.unit == Unit::per_second ? "/s"
                              : result.unit == Unit::bytes    ? "bytes"
                                                              : "ns"},
                     {"way", outcome.way},
                     {"kind", kind_name(outcome.kind)},
                     {"skipped", outcome.skipped},
                     {"rounds", rounds}});
    }
  }
  std::ofstream out(file);
  out << nlohmann::json{{"ranks", Quantiles::ranks}, {"results", all}}.dump(2) << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write '" + file + "'");
}

}  // namespace bulletin::bench
