// A namespace as it is, for the verbs that print it.
#pragma once

#include <string>

#include <bulletin/snapshot.hpp>

#include "cli/verbs.hpp"

namespace bulletin::cli {

/// Throws Error missing when there is nothing to print.
Snapshot contents(const Common& common, const std::string& space);

}  // namespace bulletin::cli
