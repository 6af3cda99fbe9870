// Latencies and their percentiles.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bulletin::bench {

/// Nanoseconds of the clock that all processes of a host share.
std::int64_t now_ns();

/// In microseconds.
struct Percentiles {
  static constexpr std::array<double, 4> ranks{0.5, 0.9, 0.99, 0.999};

  std::array<double, 4> values{};

  [[nodiscard]] double p50() const noexcept { return values[0]; }
  /// As numbers with spaces between them, and back.
  [[nodiscard]] std::string text() const;
  static Percentiles of_text(const std::string& text);
};

Percentiles percentiles_of(std::vector<std::int64_t> nanoseconds);

/// What several rounds came to.
struct Summary {
  Percentiles median;  ///< of each percentile over the rounds
  double least_p50 = 0;
  double most_p50 = 0;
};

Summary summary_of(const std::vector<Percentiles>& rounds);

}  // namespace bulletin::bench
