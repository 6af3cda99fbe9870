// Judges a history.
#pragma once

#include <vector>

#include "durability/history.hpp"

namespace bulletin::durability {

/// What cannot be; empty: all is well.
///
/// The broker gives each commit a number, so the order in which it decided is known, and it is
/// enough to check that this one order explains everything (the idea of Gibbons and Korach,
/// "Testing shared memories", SIAM J. Comput. 26, 1997: with the order of writes given, checking is
/// easy):
/// - it agrees with time: who ended before another one began has the lower number;
/// - a compare_and_set replaced what it was to replace, and sums grow by what was added;
/// - every acknowledged write is there in the end, or was replaced by a later one;
/// - each was applied once, one in doubt once or never, and one that was refused never;
/// - nobody saw an attribute go back, and who waited for the newest saw it.
std::vector<Finding> violations(const History& history);

}  // namespace bulletin::durability
