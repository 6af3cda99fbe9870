#include "authority/attribute_table.hpp"

#include <cassert>

namespace bulletin::authority {

void AttributeTable::insert(Handle handle, std::uint64_t hash) {
  by_name_.insert(handle, hash);
  [[maybe_unused]] const bool inserted = ordered_.insert(handle).second;
  assert(inserted);
}

void AttributeTable::append(Handle handle, std::uint64_t hash) {
  by_name_.insert(handle, hash);
  ordered_.insert(ordered_.end(), handle);
}

void AttributeTable::erase(Handle handle, std::uint64_t hash) {
  by_name_.erase(handle, hash);
  [[maybe_unused]] const std::size_t erased = ordered_.erase(handle);
  assert(erased == 1);
}

}  // namespace bulletin::authority
