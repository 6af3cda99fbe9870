#include "harness/report.hpp"

#include <algorithm>
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
  return fmt::format("{:.{}f}", value, value < 10 ? 2 : value < 10'000 ? 1 : 0);
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
  fmt::print("  {:<43}{:>10}{:>10}{:>10}{:>10}{:>22}{:>10}{:>12.2f}\n", outcome.way,
             timed ? quantile(0.5) : number(summary.median.figure, unit), quantile(0.9),
             quantile(0.99), quantile(0.999),
             number(summary.least, unit) + " to " + number(summary.most, unit),
             summary.median.samples, summary.median.figure / base);
}

std::string megabytes(std::size_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6);
}

bool has_costs(const Result& result) {
  return std::any_of(result.outcomes.begin(), result.outcomes.end(), [](const Outcome& outcome) {
    return !outcome.rounds.empty() && outcome.rounds.front().cost.has_value();
  });
}

void print_costs(const Result& result) {
  fmt::print("  {:<58}{:>9}{:>9}{:>9}{:>12}{:>12}{:>10}{:>10}\n", "", "p50", "p99", "longest",
             "MB sent", "MB memory", "a byte", "MB stay");
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.rounds.empty()) continue;
    const Quantiles waits = summary_of(outcome.rounds).median.latency;
    const Cost cost = outcome.rounds.front().cost.value_or(Cost{});
    const auto wait = [&](double rank) { return number(waits.at(rank), result.unit); };
    const double factor = static_cast<double>(cost.most_bytes) /
                          static_cast<double>(std::max<std::size_t>(cost.sent_bytes, 1));
    fmt::print("  {:<58}{:>9}{:>9}{:>9}{:>12}{:>12}{:>10}{:>10}\n", outcome.way, wait(0.5),
               wait(0.99), wait(1), megabytes(cost.sent_bytes), megabytes(cost.most_bytes),
               cost.sent_bytes == 0 ? std::string("-") : fmt::format("{:.2f}", factor),
               megabytes(cost.stays_bytes));
  }
  std::fflush(stdout);
}

/// Its product: "Redis SET" and "Redis GET" are of Redis.
std::string product(const Outcome& outcome) {
  return outcome.way.substr(0, outcome.way.find_first_of(" ,"));
}

double figure_of(const Outcome& outcome) { return summary_of(outcome.rounds).median.figure; }

/// The columns of the last table, in the order of their first appearance.
std::vector<std::string> products_in(const std::vector<Result>& results) {
  std::vector<std::string> products;
  for (const Result& result : results) {
    for (const Outcome& outcome : result.outcomes) {
      if (outcome.kind != Kind::rival || outcome.rounds.empty()) continue;
      if (std::find(products.begin(), products.end(), product(outcome)) == products.end())
        products.push_back(product(outcome));
    }
  }
  return products;
}

/// `ours` divided by the first of the others that is wanted and was measured.
template <class Wanted>
std::string ratio_to_first(const Result& result, const Outcome& ours, Wanted wanted) {
  const auto other = std::find_if(
      result.outcomes.begin(), result.outcomes.end(),
      [&](const Outcome& outcome) { return !outcome.rounds.empty() && wanted(outcome); });
  if (other == result.outcomes.end()) return {};
  return fmt::format("{:.3g}", figure_of(ours) / figure_of(*other));
}

void print_ratios(const Result& result, const Outcome& ours,
                  const std::vector<std::string>& products) {
  fmt::print("  {:<24}{:<43}{:>10} {:<5}{:>8}", result.name, ours.way,
             number(figure_of(ours), result.unit), unit_name(result.unit),
             ratio_to_first(result, ours,
                            [](const Outcome& outcome) { return outcome.kind == Kind::limit; }));
  for (const std::string& name : products) {
    fmt::print("{:>11}", ratio_to_first(result, ours, [&](const Outcome& outcome) {
                 return outcome.kind == Kind::rival && product(outcome) == name;
               }));
  }
  fmt::print("\n");
}

}  // namespace

void print_ratios(const std::vector<Result>& results) {
  if (std::all_of(results.begin(), results.end(), has_costs)) return;
  const std::vector<std::string> products = products_in(results);
  fmt::print("\nOurs divided by theirs (times, bytes: less is better; /s: more is better)\n");
  fmt::print("  {:<24}{:<43}{:>10} {:<5}{:>8}", "", "", "ours", "", "limit");
  for (const std::string& name : products) fmt::print("{:>11}", name);
  fmt::print("\n");
  for (const Result& result : results) {
    for (const Outcome& outcome : result.outcomes) {
      if (outcome.kind == Kind::ours && !outcome.rounds.empty() && !has_costs(result))
        print_ratios(result, outcome, products);
    }
  }
}

void print(const Result& result) {
  fmt::print("\n{}: {}, {}\n", result.name, result.what, unit_name(result.unit));
  if (has_costs(result)) return print_costs(result);
  fmt::print("  {:<43}{:>10}{:>10}{:>10}{:>10}{:>22}{:>10}{:>12}\n", "",
             result.unit == Unit::per_second || result.unit == Unit::bytes ? "median" : "p50",
             "p90", "p99", "p99.9", "rounds", "samples", "ratio");
  double base = 0;
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.rounds.empty()) {
      fmt::print("  {:<43} skipped: {}\n", outcome.way, outcome.skipped);
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
        if (!round.cost) continue;
        rounds.back().update({{"sent_bytes", round.cost->sent_bytes},
                              {"most_bytes", round.cost->most_bytes},
                              {"stays_bytes", round.cost->stays_bytes}});
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
