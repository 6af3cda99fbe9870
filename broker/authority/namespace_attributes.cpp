#include "authority/namespace_attributes.hpp"

#include <cassert>

namespace bulletin::authority {

void NamespaceAttributes::insert(Handle handle, std::uint64_t key) {
  by_name_.insert(handle, key);
  [[maybe_unused]] const bool inserted = ordered_.insert(handle).second;
  assert(inserted);
}

void NamespaceAttributes::append(Handle handle, std::uint64_t key) {
  by_name_.insert(handle, key);
  ordered_.insert(ordered_.end(), handle);
}

void NamespaceAttributes::erase(Handle handle, std::uint64_t key) {
  by_name_.erase(handle, key);
  [[maybe_unused]] const std::size_t erased = ordered_.erase(handle);
  assert(erased == 1);
}

}  // namespace bulletin::authority
