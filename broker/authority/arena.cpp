#include "authority/arena.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace bulletin::authority {

namespace {

// A free block has in its first unit the next and the previous of its list, in its second its size,
// and in the second half of its last unit its size again. One of a single unit is in no list.
constexpr std::uint32_t single = std::numeric_limits<std::uint32_t>::max();

std::uint32_t load(const char* at) noexcept {
  std::uint32_t number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

void store(char* at, std::uint32_t number) noexcept { std::memcpy(at, &number, sizeof number); }

}  // namespace

Handle Arena::allocate(std::size_t bytes) {
  assert(bytes != 0 && bytes <= largest);
  const auto units = static_cast<std::uint32_t>(rounded(bytes) / unit);
  const Handle handle = free_[units] != 0 ? take(units) : cut(units);
  use_of(handle).units += units;
  return handle;
}

/// From the smallest block that is large enough, or from the region.
Handle Arena::cut(std::uint32_t units) {
  const std::size_t list = list_from(units + 1);
  if (list < larger) {
    const Handle handle = take(list);
    enter(handle + units, static_cast<std::uint32_t>(list) - units);
    return handle;
  }
  if (region_.end - region_.begin < units) find_region();
  const Handle handle = region_.begin;
  region_.begin += units;
  return handle;
}

void Arena::find_region() {
  const Handle large = free_[larger];
  Region next = large == 0 ? new_chunk() : Region{large, 0};
  if (large != 0) next.end = large + remove(large);
  const Region rest = std::exchange(region_, next);
  if (rest.begin != rest.end) enter(rest.begin, rest.end - rest.begin);
}

Arena::Region Arena::new_chunk() {
  auto chunk = static_cast<std::uint32_t>(chunks_.size());
  if (!dropped_.empty()) {
    chunk = dropped_.back();
    chunks_[chunk] = std::make_unique_for_overwrite<char[]>(chunk_units * unit);
    dropped_.pop_back();
  } else {
    if (chunk > std::numeric_limits<Handle>::max() >> chunk_bits) throw std::bad_alloc();
    dropped_.reserve(chunks_.size() + 1);  // dropping one cannot fail
    uses_.resize(chunks_.size() + 1);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_units * unit));
  }
  const Handle first = chunk << chunk_bits;
  // 0 names no block, and the last unit of all has no end.
  return {std::max<Handle>(first, 1), first + (chunk_units - 1)};
}

void Arena::release(Handle handle, std::size_t bytes) noexcept {
  auto units = static_cast<std::uint32_t>(rounded(bytes) / unit);
  const std::uint32_t chunk = handle >> chunk_bits;
  Use& use = uses_[chunk];
  use.units -= units;
  if (use.units == 0 && chunk != region_.begin >> chunk_bits) return drop_chunk(chunk);
  const Handle first = chunk << chunk_bits;
  if (handle != first && use.edges[(handle - 1) - first]) {
    const std::uint32_t before = load(at(handle - 1) + sizeof(Handle));
    handle -= before;
    units += remove(handle);
  }
  const Handle end = handle + units;
  if (end < first + (chunk_units - 1) && use.edges[end - first]) units += remove(end);
  enter(handle, units);
}

/// Nothing of it is given out.
void Arena::drop_chunk(std::uint32_t chunk) noexcept {
  Use& use = uses_[chunk];
  const Handle first = chunk << chunk_bits;
  for (Handle at = 0; at != chunk_units; ++at) {
    if (use.edges[at]) remove(first + at);
  }
  chunks_[chunk].reset();
  dropped_.push_back(chunk);
}

void Arena::mark(Handle handle, std::uint32_t units, bool free) noexcept {
  std::bitset<chunk_units>& edges = use_of(handle).edges;
  const Handle first = handle & (chunk_units - 1);
  edges[first] = free;
  edges[first + units - 1] = free;
}

void Arena::enter(Handle handle, std::uint32_t units) noexcept {
  mark(handle, units, true);
  char* const block = at(handle);
  store(block + (units - 1) * unit + sizeof(Handle), units);
  if (units == 1) return store(block, single);
  const std::size_t list = std::min<std::size_t>(units, larger);
  const Handle next = free_[list];
  store(block, next);
  store(block + sizeof(Handle), 0);
  store(block + unit, units);
  if (units == 2) store(block + unit + sizeof(Handle), units);
  if (next != 0) store(at(next) + sizeof(Handle), handle);
  free_[list] = handle;
  some_[list / 64] |= std::uint64_t{1} << list % 64;
}

/// Returns its units.
std::uint32_t Arena::remove(Handle handle) noexcept {
  const char* const block = at(handle);
  const Handle next = load(block);
  const std::uint32_t units = next == single ? 1 : load(block + unit);
  mark(handle, units, false);
  if (units == 1) return units;
  const std::size_t list = std::min<std::size_t>(units, larger);
  const Handle previous = load(block + sizeof(Handle));
  if (next != 0) store(at(next) + sizeof(Handle), previous);
  if (previous != 0) {
    store(at(previous), next);
  } else {
    free_[list] = next;
    if (next == 0) some_[list / 64] &= ~(std::uint64_t{1} << list % 64);
  }
  return units;
}

Handle Arena::take(std::size_t list) noexcept {
  const Handle handle = free_[list];
  remove(handle);
  return handle;
}

/// The first list from `units` on that has a block; past `larger`: none.
std::size_t Arena::list_from(std::size_t units) const noexcept {
  std::size_t word = units / 64;
  std::uint64_t bits = some_[word] & (~std::uint64_t{0} << units % 64);
  while (bits == 0 && ++word != some_.size()) bits = some_[word];
  return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

}  // namespace bulletin::authority
