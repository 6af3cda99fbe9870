#include "latency/samples.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <sstream>

namespace bulletin::bench {
namespace {

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string Percentiles::text() const {
  std::ostringstream out;
  for (const double value : values) out << value << ' ';
  return out.str();
}

Percentiles Percentiles::of_text(const std::string& text) {
  std::istringstream in(text);
  Percentiles percentiles;
  for (double& value : percentiles.values) in >> value;
  return percentiles;
}

/// The nearest rank: a value that was measured.
Percentiles percentiles_of(std::vector<std::int64_t> nanoseconds) {
  std::sort(nanoseconds.begin(), nanoseconds.end());
  Percentiles percentiles;
  for (std::size_t i = 0; i != Percentiles::ranks.size() && !nanoseconds.empty(); ++i) {
    const double rank = std::ceil(Percentiles::ranks[i] * static_cast<double>(nanoseconds.size()));
    const auto place = std::max<std::size_t>(static_cast<std::size_t>(rank), 1) - 1;
    percentiles.values[i] = static_cast<double>(nanoseconds[place]) / 1000;
  }
  return percentiles;
}

Summary summary_of(const std::vector<Percentiles>& rounds) {
  Summary summary;
  if (rounds.empty()) return summary;
  for (std::size_t i = 0; i != Percentiles::ranks.size(); ++i) {
    std::vector<double> values;
    for (const Percentiles& round : rounds) values.push_back(round.values[i]);
    summary.median.values[i] = median_of(values);
    if (i != 0) continue;
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    summary.least_p50 = *least;
    summary.most_p50 = *most;
  }
  return summary;
}

}  // namespace bulletin::bench
