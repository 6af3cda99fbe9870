// Buffers that are used again and again.
#pragma once

#include <cstddef>

namespace bulletin::authority {

/// Empties a vector or string and keeps its memory for the next time, unless that is more than
/// `bytes`: one giant turn does not hold memory for ever.
template <class Container>
void reuse(Container& container, std::size_t bytes = std::size_t{1} << 20) {
  container.clear();
  if (container.capacity() * sizeof(typename Container::value_type) > bytes)
    Container().swap(container);
}

}  // namespace bulletin::authority
