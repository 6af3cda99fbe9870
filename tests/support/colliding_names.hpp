// Names as one chooses them who wants a table to be slow.
#pragma once

#include <string>
#include <vector>

namespace bulletin::test {

/// 1,000 names whose XXH3 without a seed has equal bits from `shift` on, as many as the position in
/// a table of 2,048 takes.
std::vector<std::string> colliding_names(int shift);

}  // namespace bulletin::test
