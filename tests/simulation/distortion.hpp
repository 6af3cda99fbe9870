// Planted faults: what a broken broker would do to what passes through it.
#pragma once

#include <string>

#include "authority/authority.hpp"
#include "simulation/options.hpp"

namespace bulletin::simulation {

/// An encoded update, as the plant wants it.
std::string encode_update(const authority::Publication& update, const wire::Epoch& epoch,
                          Plant plant);

/// A write without the conditions of its transactions, whose bytes are kept in `scratch`.
wire::Write without_conditions(wire::Write write, std::vector<std::string>& scratch);

}  // namespace bulletin::simulation
