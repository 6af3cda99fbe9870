// What a broker counts for a namespace.
#pragma once

#include <cstdint>

#include <bulletin/revision.hpp>

namespace bulletin {

/// A namespace as the broker has it; see `Inspector::status`. Zeros: there is no such namespace.
struct NamespaceStatus {
  Revision revision;  ///< of its newest commit
  std::uint64_t changes = 0;
  std::uint64_t attributes = 0;
  std::uint64_t bytes = 0;  ///< of memory, about
};

}  // namespace bulletin
