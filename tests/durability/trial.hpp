// A broker under load that is killed again and again, and the judgement of what came of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bulletin::durability {

struct TrialOptions {
  std::chrono::seconds length{60};
  /// The history is judged, and begun anew, after so long.
  std::chrono::seconds round{20};
  std::uint64_t seed = 1;
  bool tell = false;  ///< a line for each round
  bool keys = false;  ///< over CURVE
  /// That the clients are on, each behind lines of its own, with partitions, delays and freezes; 0:
  /// all are where the broker is.
  unsigned hosts = 0;
};

struct Verdict {
  std::uint64_t rounds = 0;
  std::uint64_t kills = 0;
  std::uint64_t kills_in_commit =
      0;  ///< of those, inside an append to the journal, or before its sync
  std::uint64_t writes = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t in_doubt = 0;
  std::uint64_t sights = 0;
  std::uint64_t faults = 0;  ///< of lines, and freezes
  std::vector<std::string> violations;
  // Of the round that has them, for people.
  std::vector<std::string> excerpt;  ///< what was done to the broker, and what befell the first
  std::vector<std::string> history;  ///< all of it

  [[nodiscard]] std::string text() const;
};

/// Ends early when a round has violations.
Verdict try_it(const TrialOptions& options);

}  // namespace bulletin::durability
