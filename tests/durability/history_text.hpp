// A history, for people.
#pragma once

#include <string>
#include <vector>

#include "durability/history.hpp"

namespace bulletin::durability {

/// A line for everything in it, in order of time: milliseconds since it began, who, and what.
std::vector<std::string> text_of(const History& history);

/// Those lines that explain a finding: all that was done to the broker and the lines, and what
/// befell its attribute shortly before and after.
std::vector<std::string> text_around(const History& history, const Finding& finding);

}  // namespace bulletin::durability
