// An attribute as the broker has told it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <bulletin/lease.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/value.hpp>

namespace bulletin::cli {

struct ReadAttribute {
  std::string name;
  Value value;
  Revision revision = {};
  std::optional<Lease> lease = {};  ///< nothing: the broker is too old to tell
};

/// In the order of their names.
inline std::vector<ReadAttribute> attributes_of(const Snapshot& snapshot) {
  std::vector<ReadAttribute> all;
  all.reserve(snapshot.size());
  for (const auto& [name, value, revision, lease] : snapshot)
    all.push_back({std::string(name), value, revision, lease});
  return all;
}

}  // namespace bulletin::cli
