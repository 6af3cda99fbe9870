#include "replica/attribute_table.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "replica/value_block.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::replica {

using detail::Kind;
using detail::Scalar;

AttributeTable::AttributeTable(std::uint64_t seed) : directory_(seed) {}
AttributeTable::~AttributeTable() = default;

namespace {

/// An optional: nothing is found when the slot had another state at the end than at the beginning,
/// and `look` is called again.
template <class Look>
using Looked = std::invoke_result_t<Look&, const NamedSlot&, std::uint64_t>;

/// What `look` finds in the slot, if that has this name.
template <class Look>
[[gnu::always_inline]] inline Looked<Look> look_at(const NamedSlot& slot, std::string_view name,
                                                   Look look) {
  for (;;) {
    const std::uint64_t state = slot.state(std::memory_order_acquire);
    if (detail::Slot::kind(state) == NamedSlot::renaming || !slot.is_named(name)) return {};
    if (auto found = look(slot, state)) [[likely]]
      return found;
  }
}

template <class Look>
[[gnu::noinline]] Looked<Look> search(const SlotDirectory& directory, std::string_view name,
                                      std::uint64_t hash, Look look) {
  for (;;) {
    const std::uint64_t generation = directory.generation();
    SlotDirectory::Probe probe = directory.probe(hash);
    while (const NamedSlot* slot = probe.next()) {
      if (auto found = look_at(*slot, name, look)) return found;
    }
    if (directory.generation() == generation) return {};
  }
}

/// As a rule it is the first slot with this part of the hash; the search of all others is kept out
/// of the way of that.
template <class Look>
Looked<Look> look_up(const SlotDirectory& directory, std::string_view name, Look look) {
  const std::uint64_t hash = directory.hash_of(name);
  if (const NamedSlot* const first = directory.probe(hash).next()) [[likely]] {
    if (auto found = look_at(*first, name, look)) [[likely]]
      return found;
  }
  return search(directory, name, hash, look);
}

}  // namespace

bool AttributeTable::read(std::string_view name, detail::Reading& out) const {
  const auto copy = [&out](const NamedSlot& slot, std::uint64_t state) -> std::optional<Kind> {
    if (!slot.read_at(state, out)) return std::nullopt;
    return out.scalar.kind;
  };
  return look_up(directory_, name, copy).value_or(Kind::absent) != Kind::absent;
}

detail::ScalarValue AttributeTable::read_scalar(std::string_view name) const noexcept {
  const auto copy = [](const NamedSlot& slot, std::uint64_t state) {
    detail::ScalarValue value;
    return slot.read_value_at(state, value) ? std::optional(value) : std::nullopt;
  };
  return look_up(directory_, name, copy).value_or(detail::ScalarValue());
}

bool AttributeTable::contains(std::string_view name) const noexcept {
  return read_scalar(name).kind != Kind::absent;
}

bool AttributeTable::find(std::string_view name, Found& out, wire::ScalarBytes& scratch) const {
  const Place place = place_of(name, hash_of(name));
  if (place.slot == nullptr) return false;
  const Scalar held = place.slot->load();
  if (held.kind == Kind::absent) return false;
  out = {bytes_of(held, scratch), held.revision};
  return true;
}

void AttributeTable::set(std::string_view name, const NameHashes& hashes, std::string_view value,
                         std::uint64_t revision) {
  NamedSlot* slot = slot_for(name, hashes.table);
  const Scalar before = slot->load();
  Scalar after = wire::to_scalar(value);
  if (after.kind == Kind::encoded) {
    ValueBlock block(values_.allocate(ValueBlock::needs(value.size())));
    block.fill(value);
    after.bits = block.address();
  }
  slot->publish(after.kind, after.bits, revision);
  if (before.kind == Kind::absent) {
    size_.store(size() + 1, std::memory_order_relaxed);
    --absent_slots_;
  } else {
    subtract(before, hashes.wire);
    release_value(before);
  }
  digest_ += wire::attribute_digest(hashes.wire, value, revision);
}

bool AttributeTable::erase(std::string_view name, std::uint64_t name_hash, std::uint64_t revision) {
  const Place place = place_of(name, hash_of(name));
  if (place.slot == nullptr || place.slot->load().kind == Kind::absent) return false;
  erase(place, name_hash, revision);
  return true;
}

void AttributeTable::erase(const Place& place, std::uint64_t name_hash,
                           std::uint64_t revision) noexcept {
  const Scalar before = place.slot->load();
  place.slot->publish(Kind::absent, 0, revision);
  size_.store(size() - 1, std::memory_order_relaxed);
  subtract(before, name_hash);
  release_value(before);
  if (place.slot->pinned()) {
    ++absent_slots_;
    return;
  }
  directory_.remove(place.position);
  recycle(place.slot);
}

void AttributeTable::clear(std::uint64_t revision) {
  for (std::size_t i = 0; i != directory_.capacity(); ++i) {
    NamedSlot* slot = directory_.at(i);
    if (slot == nullptr || slot->load().kind == Kind::absent) continue;
    erase({slot, i}, wire::name_hash(slot->name()), revision);
  }
}

detail::Slot* AttributeTable::pin(std::string_view name) {
  NamedSlot* slot = slot_for(name, hash_of(name));
  slot->pin();
  return slot;
}

void AttributeTable::unpin(detail::Slot* slot) noexcept { static_cast<NamedSlot*>(slot)->unpin(); }

void AttributeTable::reserve(std::size_t attributes) {
  const std::size_t capacity = SlotDirectory::capacity_for(attributes);
  if (capacity > directory_.capacity()) directory_.rebuild(capacity);
}

std::size_t AttributeTable::footprint() const noexcept {
  return sizeof(*this) + directory_.footprint() + slots_.footprint() + values_.footprint();
}

void AttributeTable::fetch_slot(std::uint64_t hash) const noexcept {
  __builtin_prefetch(directory_.probe(hash).next());
}

void AttributeTable::fetch_value(std::uint64_t hash) const noexcept {
  const NamedSlot* slot = directory_.probe(hash).next();
  if (slot == nullptr) return;
  const Scalar held = slot->load();
  if (held.kind == Kind::encoded) __builtin_prefetch(ValueBlock(held.bits).memory());
}

AttributeTable::Place AttributeTable::place_of(std::string_view name,
                                               std::uint64_t hash) const noexcept {
  SlotDirectory::Probe probe = directory_.probe(hash);
  while (NamedSlot* slot = probe.next()) {
    if (slot->name() == name) return {slot, probe.position()};
  }
  return {};
}

NamedSlot* AttributeTable::slot_for(std::string_view name, std::uint64_t hash) {
  if (NamedSlot* slot = place_of(name, hash).slot) return slot;
  if (directory_.full()) make_room();
  auto* slot = static_cast<NamedSlot*>(slots_.allocate(NamedSlot::needs(name.size())));
  slot->rename(name);
  slot->publish(Kind::absent, 0, 0);
  directory_.insert(slot, hash);
  ++absent_slots_;
  return slot;
}

// Makes the directory as large as the slots in use need: larger, or the same without the marks of
// removed entries.
void AttributeTable::make_room() {
  drop_unpinned();
  const std::size_t kept = size() + absent_slots_;
  directory_.rebuild(SlotDirectory::capacity_for(kept + kept / 3));
}

// Drops the slots that were kept for a pin that has ended.
void AttributeTable::drop_unpinned() noexcept {
  std::size_t left = absent_slots_;
  for (std::size_t i = 0; left != 0 && i != directory_.capacity(); ++i) {
    NamedSlot* slot = directory_.at(i);
    if (slot == nullptr || slot->load().kind != Kind::absent) continue;
    --left;
    if (slot->pinned()) continue;
    directory_.remove(i);
    recycle(slot);
    --absent_slots_;
  }
}

void AttributeTable::recycle(NamedSlot* slot) noexcept { slots_.release(slot, slot->bytes()); }

void AttributeTable::subtract(const Scalar& held, std::uint64_t name_hash) noexcept {
  wire::ScalarBytes scratch;
  digest_ -= wire::attribute_digest(name_hash, bytes_of(held, scratch), held.revision);
}

void AttributeTable::release_value(const Scalar& held) noexcept {
  if (held.kind != Kind::encoded) return;
  const ValueBlock block(held.bits);
  values_.release(block.memory(), ValueBlock::needs(block.size()));
}

std::string_view AttributeTable::bytes_of(const Scalar& held, wire::ScalarBytes& scratch) noexcept {
  if (held.kind == Kind::encoded) return ValueBlock(held.bits).view();
  scratch = wire::ScalarBytes(held.kind, held.bits);
  return scratch.view();
}

}  // namespace bulletin::replica
