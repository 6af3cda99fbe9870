// Memory straight from the system.
#pragma once

#include <cstddef>

namespace bulletin::replica {

/// Zeroed memory of whole pages, aligned to a page. Throws std::bad_alloc.
void* map_memory(std::size_t bytes);
void unmap_memory(void* memory, std::size_t bytes) noexcept;

/// Gives the contents of the whole pages in here back to the system: the addresses stay and read as
/// zeros.
void discard_memory(void* memory, std::size_t bytes) noexcept;

/// From here on memory is mapped instead of taken from the heap.
inline constexpr std::size_t least_mapping = std::size_t{64} << 10;

/// Zeros, from wherever suits the size, at a multiple of 64.
void* take_memory(std::size_t bytes);
void give_memory(void* memory, std::size_t bytes) noexcept;

}  // namespace bulletin::replica
