#include "harness/round.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace bulletin::bench {
namespace {

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

template <class Get>
double median_of(const std::vector<Round>& rounds, Get get) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(get(round));
  return median_of(std::move(values));
}

/// The nearest rank: a value that was measured.
Quantiles quantiles_of(std::vector<std::int64_t> nanoseconds) {
  std::sort(nanoseconds.begin(), nanoseconds.end());
  Quantiles quantiles;
  for (std::size_t i = 0; i != Quantiles::ranks.size() && !nanoseconds.empty(); ++i) {
    const double rank = std::ceil(Quantiles::ranks[i] * static_cast<double>(nanoseconds.size()));
    const auto place = std::max<std::size_t>(static_cast<std::size_t>(rank), 1) - 1;
    quantiles.values[i] = static_cast<double>(nanoseconds[place]);
  }
  return quantiles;
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double Quantiles::at(double rank) const {
  const auto* const place = std::find(ranks.begin(), ranks.end(), rank);
  if (place == ranks.end()) throw std::logic_error("no such rank is kept");
  return values[static_cast<std::size_t>(place - ranks.begin())];
}

std::string Round::text() const {
  return nlohmann::json{figure, samples, seconds, latency.values}.dump();
}

Round Round::of_text(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  Round round{json.at(0), json.at(1), json.at(2), {}};
  json.at(3).get_to(round.latency.values);
  return round;
}

Round round_of(std::vector<std::int64_t> nanoseconds, double seconds) {
  const std::size_t samples = nanoseconds.size();
  const Quantiles latency = quantiles_of(std::move(nanoseconds));
  return {latency.at(0.5), samples, seconds, latency};
}

Round rate_of(std::size_t operations, double seconds) {
  if (seconds <= 0) throw std::logic_error("a round that took no time was not one");
  return {static_cast<double>(operations) / seconds, operations, seconds, {}};
}

Round time_of(std::int64_t nanoseconds, std::size_t operations) {
  const auto time = static_cast<double>(nanoseconds);
  return {time, operations, time / 1e9, {}};
}

Summary summary_of(const std::vector<Round>& rounds) {
  Summary summary;
  if (rounds.empty()) return summary;
  const auto figure = [](const Round& round) { return round.figure; };
  summary.median.figure = median_of(rounds, figure);
  summary.median.seconds = median_of(rounds, [](const Round& round) { return round.seconds; });
  for (std::size_t i = 0; i != Quantiles::ranks.size(); ++i) {
    summary.median.latency.values[i] =
        median_of(rounds, [i](const Round& round) { return round.latency.values[i]; });
  }
  for (const Round& round : rounds) summary.median.samples += round.samples;
  const auto [least, most] =
      std::minmax_element(rounds.begin(), rounds.end(),
                          [](const Round& a, const Round& b) { return a.figure < b.figure; });
  summary.least = least->figure;
  summary.most = most->figure;
  return summary;
}

}  // namespace bulletin::bench
