// What an observer of a replica is told: changes that became visible together.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace bulletin::replica {

struct AttributeChange {
  std::string_view name;
  std::string_view value;  ///< encoded; empty: removed
  std::uint64_t revision = 0;
};

/// One commit, or one repair by snapshot (`resynced`). Views are valid during the call.
struct ChangeBatch {
  std::uint64_t revision = 0;
  bool resynced = false;
  std::uint64_t skipped =
      0;  ///< resynced: changes of the namespace that this batch does not tell one by one
  std::vector<AttributeChange> changes;
};

}  // namespace bulletin::replica
