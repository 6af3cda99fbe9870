// The seed of all hash tables of this process.
#pragma once

#include <cstdint>

namespace bulletin::server {

/// Drawn at random, so that no client can choose names that collide.
std::uint64_t hash_seed();

}  // namespace bulletin::server
