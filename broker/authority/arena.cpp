#include "authority/arena.hpp"

#include <cassert>
#include <cstring>
#include <limits>
#include <new>

namespace bulletin::authority {

Handle Arena::allocate(std::size_t bytes) {
  assert(bytes != 0 && bytes <= largest);
  const std::size_t units = rounded(bytes) / unit;
  const Handle handle = free_[units];
  if (handle == 0) return bump(units);
  std::memcpy(&free_[units], at(handle), sizeof(Handle));
  return handle;
}

void Arena::release(Handle handle, std::size_t bytes) noexcept {
  Handle& list = free_[rounded(bytes) / unit];
  std::memcpy(at(handle), &list, sizeof(Handle));
  list = handle;
}

Handle Arena::bump(std::size_t units) {
  const std::size_t used = next_ & (chunk_units - 1);
  if (used == 0 || used + units > chunk_units) {
    if (chunks_.size() > std::numeric_limits<Handle>::max() >> chunk_bits) throw std::bad_alloc();
    next_ = static_cast<Handle>(chunks_.size() << chunk_bits);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_units * unit));
    if (next_ == 0) next_ = 1;  // 0 names no block
  }
  const Handle handle = next_;
  next_ += static_cast<Handle>(units);
  return handle;
}

}  // namespace bulletin::authority
