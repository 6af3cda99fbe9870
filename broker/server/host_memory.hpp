// How much memory this host has.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace bulletin::server {

inline std::size_t host_memory() noexcept {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGE_SIZE);
  return pages <= 0 || page <= 0 ? SIZE_MAX : static_cast<std::size_t>(pages) * page;
}

}  // namespace bulletin::server
