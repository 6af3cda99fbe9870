#include "authority/attribute_table.hpp"

#include <cassert>

#include "wire/digest.hpp"

namespace bulletin::authority {

AttributeTable::AttributeTable(const AttributePool& pool)
    : by_name_(0, Hash{&pool}, Equal{&pool}), ordered_(Less{&pool}) {}

std::size_t AttributeTable::Hash::operator()(Handle handle) const noexcept {
  return wire::name_hash(pool->at(handle).name());
}

void AttributeTable::insert(Handle handle, std::uint64_t hash) {
  const HashedName name{by_name_.key_eq().pool->at(handle).name(), hash};
  [[maybe_unused]] bool inserted = false;
  by_name_.lazy_emplace(name, [&](const auto& construct) {
    construct(handle);
    inserted = true;
  });
  assert(inserted);
  ordered_.insert(handle);
}

void AttributeTable::erase(Handle handle, std::uint64_t hash) {
  const std::string_view name = by_name_.key_eq().pool->at(handle).name();
  const auto found = by_name_.find(HashedName{name, hash});
  assert(found != by_name_.end() && *found == handle);
  by_name_.erase(found);
  ordered_.erase(handle);
}

}  // namespace bulletin::authority
