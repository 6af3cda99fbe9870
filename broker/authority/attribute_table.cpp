#include "authority/attribute_table.hpp"

#include <cassert>

namespace bulletin::authority {

void AttributeTable::insert(Handle handle, std::uint64_t key) {
  by_name_.insert(handle, key);
  [[maybe_unused]] const bool inserted = ordered_.insert(handle).second;
  assert(inserted);
}

void AttributeTable::append(Handle handle, std::uint64_t key) {
  by_name_.insert(handle, key);
  ordered_.insert(ordered_.end(), handle);
}

void AttributeTable::erase(Handle handle, std::uint64_t key) {
  by_name_.erase(handle, key);
  [[maybe_unused]] const std::size_t erased = ordered_.erase(handle);
  assert(erased == 1);
}

}  // namespace bulletin::authority
