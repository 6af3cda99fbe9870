// Options that make no sense are refused before anything is bound.
#pragma once

#include <bulletin/broker.hpp>

namespace bulletin::server {

/// Throws Error rejected; the message names the option, by its name on the command line and in the
/// configuration file.
void check_options(const BrokerOptions& options);

}  // namespace bulletin::server
