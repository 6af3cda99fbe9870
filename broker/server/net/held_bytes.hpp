// What all connections make the broker keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/net/connection.hpp"

namespace bulletin::server {

using Connections = absl::flat_hash_map<std::uint64_t, std::unique_ptr<Connection>>;

/// All together keep less than the bound, and those of each user no more than its quota of network
/// bytes. The connections to end when it is more: those that keep most. What each user keeps is in
/// its account then.
std::vector<Connection*> connections_too_large(const Connections& connections, std::size_t bound);

}  // namespace bulletin::server
