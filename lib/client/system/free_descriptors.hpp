// How many descriptors this process may still open.
#pragma once

#include <cstddef>

namespace bulletin::client {

/// Throws Error disconnected, which says how many there are and what to do, unless `count` more can
/// be opened now.
void require_free_descriptors(std::size_t count);

}  // namespace bulletin::client
