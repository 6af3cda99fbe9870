#include "server/config/descriptors.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin::server {
namespace {

/// Of a broker without clients, and some to spare.
constexpr rlim_t fewest = 64;
/// What it opens itself before it has data and clients.
constexpr std::size_t fewest_free = 32;
constexpr std::size_t most_reserved = 256;

/// A new descriptor gets the lowest free number: a high one tells that all below are taken.
std::size_t lowest_free() noexcept {
  const int lowest = ::eventfd(0, EFD_CLOEXEC);
  if (lowest < 0) return std::numeric_limits<std::size_t>::max();
  ::close(lowest);
  return static_cast<std::size_t>(lowest);
}

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= fewest) return;
  throw Error(
      Errc::rejected,
      fmt::format("this process may open {} files, and a broker needs {} and three for each "
                  "client: raise the hard limit (ulimit -Hn, LimitNOFILE=)",
                  limit.rlim_cur, fewest));
}

void require_free_descriptors() {
  std::vector<int> opened;
  opened.reserve(fewest_free);
  int error = 0;
  while (opened.size() < fewest_free && error == 0) {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC);
    if (descriptor < 0) {
      error = errno;
    } else {
      opened.push_back(descriptor);
    }
  }
  for (const int descriptor : opened) ::close(descriptor);
  if (error == 0) return;
  throw Error(Errc::rejected,
              fmt::format("a broker needs {} more file descriptors, and this process could open {} "
                          "({}): close some, or raise the limit (ulimit -n, LimitNOFILE=)",
                          fewest_free, opened.size(), std::generic_category().message(error)));
}

std::size_t descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur;
}

std::size_t reserved_descriptors() noexcept {
  return std::min(descriptor_limit() / 8, most_reserved);
}

bool reserve_is_reached() noexcept {
  return lowest_free() >= descriptor_limit() - reserved_descriptors();
}

bool descriptors_are_scarce() noexcept {
  const std::size_t most = descriptor_limit();
  return lowest_free() >= most - most / 8;
}

}  // namespace bulletin::server
