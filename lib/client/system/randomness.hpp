// What a client draws at random.
#pragma once

#include <array>
#include <cstdint>

namespace bulletin::client {

std::array<std::uint8_t, 16> random_nonce();

/// For wire::table_hash; the same for all tables of this process.
std::uint64_t hash_seed();

}  // namespace bulletin::client
