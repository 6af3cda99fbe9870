// What goes on at a broker, as lines of text.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>
#include <bulletin/namespace_status.hpp>

#include "cli/read_attribute.hpp"

namespace bulletin::cli {

/// What the broker told at one moment.
struct Sighting {
  std::chrono::steady_clock::time_point at;
  std::string endpoint;
  std::chrono::duration<double, std::milli> round_trip{};
  std::vector<ReadAttribute> broker;    ///< of $sys/broker
  std::vector<ReadAttribute> sessions;  ///< of $sys/sessions
  std::vector<std::string> namespaces;
  std::vector<NamespaceStatus> states;  ///< of these
  bool more_namespaces = false;         ///< that were not asked for
};

/// Rates are of the time between the two; the namespaces that change most come first, then the
/// largest. At most `rows` lines, but those of the broker itself.
std::vector<std::string> overview(const Sighting& before, const Sighting& now, std::size_t rows);

}  // namespace bulletin::cli
