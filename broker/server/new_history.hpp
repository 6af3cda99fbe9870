// What only the rim can give a history: chance and the time of day.
#pragma once

#include <cstdint>

#include "wire/epoch.hpp"

namespace bulletin::server {

/// 128 bits from the operating system.
wire::Epoch random_epoch();

/// Where the revisions of a new epoch begin: the wall clock in microseconds. As long as it does not
/// go back, no number of an earlier epoch comes again; nothing here or in a client relies on that.
std::uint64_t first_revision();

}  // namespace bulletin::server
