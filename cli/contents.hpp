// A namespace as it is, for the verbs that print it.
#pragma once

#include <string>

#include <bulletin/options.hpp>
#include <bulletin/snapshot.hpp>

#include "cli/verbs.hpp"

namespace bulletin::cli {

/// For a client with a replica.
ClientOptions client_options(const Common& common);

/// Tells people when the broker is not heard, and what follows from that, and when it is heard
/// again. `away`: whether it has been told.
void tell_presence(ClientEvent event, bool& away, const char* consequence);

/// Throws Error missing when there is nothing to print.
Snapshot contents(const Common& common, const std::string& space);

}  // namespace bulletin::cli
