// How long an attribute lives.
#pragma once

#include <chrono>

namespace bulletin {

/// When an attribute goes by itself; see SetOptions.
struct Lease {
  /// What was left of its time to live; 0: it has none.
  std::chrono::milliseconds ttl{0};
  /// It goes with the session that set it.
  bool ephemeral = false;

  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace bulletin
