// The contents of a Snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/snapshot.hpp>

struct bulletin::detail::SnapshotData {
  struct Item {
    std::string name;
    std::string value;  ///< encoded
    std::uint64_t revision = 0;
    std::optional<Lease> lease = {};  ///< as the broker told it
  };

  std::string space;
  std::uint64_t revision = 0;
  std::vector<Item> items;  ///< in the order of their names
};
