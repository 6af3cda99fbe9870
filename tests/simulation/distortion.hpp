// Planted faults: what a broken broker would do to what passes through it.
#pragma once

#include <string>
#include <vector>

#include "simulation/options.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::simulation {

/// An encoded update, as the plant wants it.
std::string encode_update(const wire::CommitsUpdate& update, Plant plant);

/// The answer to a SINCE that claims that nothing follows.
std::string without_commits(const std::string& since_reply);

/// A write without the conditions of its transactions, whose bytes are kept in `scratch`.
wire::Write without_conditions(wire::Write write, std::vector<std::string>& scratch);

}  // namespace bulletin::simulation
