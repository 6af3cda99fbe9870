// A host as text.
#pragma once

#include <string>

#include <bulletin/snapshot.hpp>

namespace telemetry {

/// Some lines, each with its end.
std::string to_table(const std::string& host, const bulletin::Snapshot& state);

}  // namespace telemetry
