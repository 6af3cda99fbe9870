#include "authority/namespace_table.hpp"

#include <cassert>
#include <utility>

#include "authority/reuse.hpp"

namespace bulletin::authority {

NamespaceTable::~NamespaceTable() {
  commit();
  for (const auto& [name, space] : ordered_) {
    for (const Handle handle : space->attributes) pool_.destroy(handle);
  }
  for (const Aside& aside : aside_) {
    for (auto next = aside.gone; next != aside.table->end(); ++next) pool_.destroy(*next);
  }
}

Space* NamespaceTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->space;
}

Space& NamespaceTable::make(std::string_view name, std::uint64_t revision, Account& owner) {
  auto space = std::make_unique<Space>(name, revision, pool_, owner, by_name_.hash_function().seed);
  Space& made = *space;
  enter(std::move(space));
  records_.push_back({&made, 0, 0, 0, 0, Kind::space_made, false});
  return made;
}

void NamespaceTable::give(Space& space, Account& owner) {
  assert(space.extent == Extent{});
  records_.push_back(
      {&space, 0, reinterpret_cast<std::uintptr_t>(space.owner), 0, 0, Kind::space_given, false});
  move_owner(space, owner);
}

/// A namespace itself, for its owner.
void NamespaceTable::count(const Space& space, bool there) noexcept {
  Amounts& used = space.owner->used;
  if (there) {
    ++used[Resource::namespaces];
    used[Resource::bytes] += bytes_of(space.name);
  } else {
    --used[Resource::namespaces];
    used[Resource::bytes] -= bytes_of(space.name);
  }
}

void NamespaceTable::move_owner(Space& space, Account& owner) noexcept {
  count(space, false);
  space.owner = &owner;
  count(space, true);
}

void NamespaceTable::watch(Space& space, bool watched) {
  if (space.watched == watched) return;
  records_.push_back({&space, 0, 0, 0, 0, Kind::space_watched, false});
  space.watched = watched;
}

void NamespaceTable::schedule(Space& space, std::uint64_t due) {
  if (space.due == due) return;
  records_.push_back({&space, space.due, 0, 0, 0, Kind::space_scheduled, false});
  move_due(space, due);
}

void NamespaceTable::move_due(Space& space, std::uint64_t due) {
  if (space.due != 0) by_due_.erase({space.due, space.name});
  space.due = due;
  if (due != 0) by_due_.emplace(due, space.name);
}

void NamespaceTable::look_again(Space& space, std::uint64_t due) {
  if (idle(space)) schedule(space, due);
}

Space* NamespaceTable::take_due(std::uint64_t clock) {
  if (by_due_.empty() || by_due_.begin()->first > clock) return nullptr;
  Space* space = find(by_due_.begin()->second);
  schedule(*space, 0);
  return space;
}

void NamespaceTable::forget(Space& space) {
  assert(idle(space) && space.due == 0);
  records_.push_back({&space, 0, 0, 0, 0, Kind::space_forgotten, false});
  space.forgotten = true;
  forgotten_.push_back(take_out(space));
}

void NamespaceTable::enter(std::unique_ptr<Space> space) {
  const std::string_view name = space->name;
  [[maybe_unused]] const bool entered =
      by_name_.insert({by_name_.hash_function()(name), space.get()}).second;
  assert(entered);
  count(*space, true);
  bytes_of_names_ += bytes_of(name);
  ordered_.emplace(name, std::move(space));
}

std::unique_ptr<Space> NamespaceTable::take_out(Space& space) {
  const auto found = ordered_.find(space.name);
  std::unique_ptr<Space> taken = std::move(found->second);
  count(space, false);
  ordered_.erase(found);
  by_name_.erase(by_name_.find(std::string_view(space.name)));
  bytes_of_names_ -= bytes_of(space.name);
  return taken;
}

Handle NamespaceTable::make(Space& space, const HashedName& name, std::size_t value_size) {
  const Handle handle = pool_.make(name.name, value_size);
  space.attributes.insert(handle, name.key);
  records_.push_back({&space, name.key, 0, 0, handle, Kind::made, false});
  return handle;
}

Handle NamespaceTable::restore(Space& space, const HashedName& name, std::string_view value) {
  const Handle handle = pool_.make(name.name, value.size());
  space.attributes.append(handle, name.key);
  assign(handle, value);
  return handle;
}

void NamespaceTable::save(Space& space, Handle handle) {
  Attribute& attribute = at(handle);
  Record record{&space, attribute.revision, bytes_.size(),   attribute.value_size,
                handle, Kind::saved,        attribute.leased};
  if (attribute.outside()) {
    record.where = reinterpret_cast<std::uintptr_t>(AttributePool::take_outside(attribute));
  } else {
    bytes_.append(attribute.value());
    AttributePool::clear(attribute);
  }
  records_.push_back(record);
}

void NamespaceTable::unlink(Space& space, Handle handle) {
  assert(!at(handle).present());
  const std::uint64_t key = space.attributes.by_name().key_of(at(handle).name());
  space.attributes.erase(handle, key);
  records_.push_back({&space, key, 0, 0, handle, Kind::unlinked, false});
}

void NamespaceTable::set_aside(Space& space) {
  NamespaceAttributes empty(pool_, by_name_.hash_function().seed);
  auto table =
      std::make_unique<NamespaceAttributes>(std::exchange(space.attributes, std::move(empty)));
  const auto first = table->begin();
  unswept_ += table->size();
  records_.push_back(
      {&space, 0, reinterpret_cast<std::uintptr_t>(table.get()), 0, 0, Kind::set_aside, false});
  aside_.push_back({&space, std::move(table), first, first, space.extent.bytes});
  aside_bytes_ += space.extent.bytes;
  ++space.aside;
}

/// All that was swept in this turn ends.
void NamespaceTable::destroy_swept() {
  while (!aside_.empty()) {
    Aside& aside = aside_.front();
    for (; aside.gone != aside.next; ++aside.gone) pool_.destroy(*aside.gone);
    if (aside.next != aside.table->end()) return;
    --aside.space->aside;
    aside_bytes_ -= aside.bytes;
    aside_.pop_front();
  }
}

void NamespaceTable::restore_swept() noexcept {
  for (Aside& aside : aside_) {
    if (aside.next == aside.gone) return;
    for (; aside.next != aside.gone; --aside.next) ++unswept_;
  }
}

void NamespaceTable::abandon() {
  restore_swept();
  rollback(0);
}

void NamespaceTable::rollback(std::size_t mark) {
  for (; records_.size() != mark; records_.pop_back()) undo(records_.back());
  if (mark == 0) bytes_.clear();
}

void NamespaceTable::undo(const Record& record) {
  switch (record.kind) {
    case Kind::space_made: take_out(*record.space); return;
    case Kind::space_forgotten:
      record.space->forgotten = false;
      enter(std::move(forgotten_.back()));
      forgotten_.pop_back();
      return;
    case Kind::space_watched: record.space->watched = !record.space->watched; return;
    case Kind::space_scheduled: move_due(*record.space, record.revision); return;
    case Kind::space_given:
      return move_owner(*record.space, *reinterpret_cast<Account*>(record.where));
    case Kind::made:
      record.space->attributes.erase(record.handle, record.revision);
      pool_.destroy(record.handle);
      return;
    case Kind::saved: restore(record); return;
    case Kind::unlinked: record.space->attributes.insert(record.handle, record.revision); return;
    case Kind::set_aside:
      record.space->attributes = std::move(*aside_.back().table);
      unswept_ -= record.space->attributes.size();
      aside_bytes_ -= aside_.back().bytes;
      aside_.pop_back();
      --record.space->aside;
      return;
  }
}

void NamespaceTable::restore(const Record& record) {
  Attribute& attribute = at(record.handle);
  AttributePool::clear(attribute);
  if (record.size > attribute.capacity) {
    AttributePool::put_outside(attribute, reinterpret_cast<char*>(record.where), record.size);
  } else {
    AttributePool::assign(attribute, std::string_view(bytes_).substr(record.where, record.size));
    bytes_.resize(record.where);
  }
  attribute.revision = record.revision;
  attribute.leased = record.leased;
}

void NamespaceTable::trim_saved() {
  for (const Record& record : records_) {
    if (record.kind == Kind::saved && at(record.handle).present() &&
        AttributePool::wastes(at(record.handle)))
      pool_.trim(record.handle);
  }
}

void NamespaceTable::destroy_unlinked() {
  for (const Record& record : records_) {
    if (record.kind == Kind::unlinked) pool_.destroy(record.handle);
  }
}

void NamespaceTable::commit() {
  bool ended = false;
  bool wastes = false;
  for (const Record& record : records_) {
    ended = ended || record.kind == Kind::unlinked;
    if (record.kind != Kind::saved) continue;
    const Attribute& attribute = at(record.handle);
    wastes = wastes || AttributePool::wastes(attribute);
    if (record.size > attribute.capacity)
      AttributePool::free_outside(reinterpret_cast<char*>(record.where));
  }
  // Not before: the capacity says where a saved value is.
  if (wastes) trim_saved();
  if (ended) destroy_unlinked();
  destroy_swept();
  reuse(records_);
  reuse(bytes_);
}

}  // namespace bulletin::authority
