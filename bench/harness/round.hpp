// What one round of a contender came to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bulletin::bench {

/// Nanoseconds of the clock that all processes of a host share.
std::int64_t now_ns();

/// How single operations were distributed, in nanoseconds.
struct Quantiles {
  static constexpr std::array<double, 15> ranks{0,    0.01, 0.05, 0.1,   0.25,  0.5,    0.75, 0.9,
                                                0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1};

  std::array<double, ranks.size()> values{};

  /// Of a rank that is in the list above.
  [[nodiscard]] double at(double rank) const;
};

/// What a hostile client costs a broker.
struct Cost {
  std::size_t sent_bytes = 0;   ///< by the hostile client
  std::size_t most_bytes = 0;   ///< of memory, meanwhile
  std::size_t stays_bytes = 0;  ///< of memory, when it has gone
};

struct Round {
  double figure = 0;        ///< what the scenario compares: nanoseconds, changes per second, bytes
  std::size_t samples = 0;  ///< how many operations it rests on
  double seconds = 0;       ///< how long they took together; 0: not known
  Quantiles latency;        ///< of single operations; all 0: none were timed
  std::optional<Cost> cost = {};

  /// One line, without the cost, and back.
  [[nodiscard]] std::string text() const;
  static Round of_text(const std::string& text);
};

/// Its figure is the median.
Round round_of(std::vector<std::int64_t> nanoseconds, double seconds = 0);
/// Its figure is the rate.
Round rate_of(std::size_t operations, double seconds);
/// Its figure is the time.
Round time_of(std::int64_t nanoseconds, std::size_t operations = 1);

/// The median of each number, and the least and the most figure.
struct Summary {
  Round median;
  double least = 0;
  double most = 0;
};
Summary summary_of(const std::vector<Round>& rounds);

}  // namespace bulletin::bench
