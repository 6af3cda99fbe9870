// A value with its revision.
#pragma once

#include <bulletin/revision.hpp>

namespace bulletin {

/// A value and the revision that set it, taken together: what a conditional write needs.
///
///     if (const auto speed = robot.read<double>("speed"))
///       robot.compare_and_set("speed", speed->revision, speed->value + 1);
template <class T>
struct Versioned {
  T value;
  Revision revision;
};

}  // namespace bulletin
