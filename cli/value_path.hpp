// Paths into values: "pose.x", "joints.0.angle", "joints[0]", "limits[\"max.speed\"]".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bulletin/value.hpp>

namespace bulletin::cli {

/// An attribute, and the way to a part of its value: keys of maps, and places in arrays, 0 being
/// the first.
struct ValuePath {
  std::string name;
  std::vector<std::string> steps = {};

  friend bool operator==(const ValuePath&, const ValuePath&) = default;
};

/// Everything that the word can mean, the longest name first: the first is the word as a name. A
/// name with a dot in it wins in this way over a path.
std::vector<ValuePath> possible_paths(std::string_view word);

/// The part of the value; null: it has none there.
const Value* part_of(const Value& value, const std::vector<std::string>& steps);

}  // namespace bulletin::cli
