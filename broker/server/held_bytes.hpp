// What all connections make the broker keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/connection.hpp"
#include "server/network_bounds.hpp"

namespace bulletin::server {

using Connections = absl::flat_hash_map<std::uint64_t, std::unique_ptr<Connection>>;

/// All together keep less than the bound, and, with keys, no user more than half of that. The
/// connections to end when it is more: those that keep most.
std::vector<Connection*> connections_too_large(const Connections& connections,
                                               const NetworkBounds& bounds, bool with_users);

}  // namespace bulletin::server
