// bulletin::detail::Slot's one long way.

#include <bulletin/detail/slot.hpp>

#include "replica/value_block.hpp"

namespace bulletin::detail {

bool Slot::read_block(std::uint64_t state, Reading& out) const {
  const replica::ValueBlock block(out.scalar.bits);
  const std::size_t size = block.size();
  // Asked before the allocation too, so that it is of this value's size.
  if (!is_still(state)) return false;
  out.bytes.resize(size);
  block.copy(out.bytes.data(), size);
  return is_still(state);
}

void Slot::read(Reading& out) const {
  while (!read_at(state(std::memory_order_acquire), out)) {
  }
}

}  // namespace bulletin::detail
