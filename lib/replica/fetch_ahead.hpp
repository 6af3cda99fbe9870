// Fetches from memory what the next lookups need, while the present one is at work.
#pragma once

#include <cstddef>
#include <cstdint>

#include "replica/attribute_table.hpp"

namespace bulletin::replica {

/// Call before each of `count` changes of a table, in order. In a table that is larger than the
/// caches a change waits for memory three times, one after the other; this way the waits of several
/// changes overlap.
template <class HashOf>
void fetch_ahead(const AttributeTable& table, std::size_t index, std::size_t count,
                 HashOf&& hash_of) {
  constexpr std::size_t step = 8;
  if (index + 3 * step < count) table.fetch_entry(hash_of(index + 3 * step));
  if (index + 2 * step < count) table.fetch_slot(hash_of(index + 2 * step));
  if (index + step < count) table.fetch_value(hash_of(index + step));
}

}  // namespace bulletin::replica
