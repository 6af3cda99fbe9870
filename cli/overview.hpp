// What goes on at a broker, as lines of text.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "cli/small_client.hpp"

namespace bulletin::cli {

/// What the broker told at one moment.
struct Sighting {
  std::chrono::steady_clock::time_point at;
  std::string endpoint;
  std::chrono::duration<double, std::milli> round_trip{};
  std::vector<SmallClient::Attribute> broker;    ///< of $sys/broker
  std::vector<SmallClient::Attribute> sessions;  ///< of $sys/sessions
  std::vector<std::string> namespaces;
  std::vector<SmallClient::NamespaceState> states;  ///< of these
  bool more_namespaces = false;                     ///< that were not asked for
};

/// Rates are of the time between the two; the namespaces that change most come first, then the
/// largest. At most `rows` lines, but those of the broker itself.
std::vector<std::string> overview(const Sighting& before, const Sighting& now, std::size_t rows);

}  // namespace bulletin::cli
