// For tables with text as keys, in which views are looked up.
#pragma once

#include <cstdint>

#include "wire/table_hash.hpp"

namespace bulletin::server {

/// The seed of all tables of this process, drawn at random.
std::uint64_t hash_seed();

struct TextHash : wire::TableHash {
  TextHash() : TableHash{hash_seed()} {}
};

}  // namespace bulletin::server
