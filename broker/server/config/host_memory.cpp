#include "server/config/host_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace bulletin::server {
namespace {

/// The number in a file; SIZE_MAX: there is no such file, or it says "max".
std::size_t number_in(const std::string& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  return file >> number ? number : SIZE_MAX;
}

/// Of a group and all around it.
std::size_t least_of(const std::string& mounted, std::string group, const std::string& name) {
  std::size_t least = number_in(mounted + "/" + name);
  while (group.size() > 1) {
    least = std::min(least, number_in(fmt::format("{}{}/{}", mounted, group, name)));
    group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
  return least;
}

bool is_about_memory(std::string_view controllers) {
  return ("," + std::string(controllers) + ",").find(",memory,") != std::string::npos;
}

}  // namespace

std::size_t group_memory(const std::string& groups, const std::string& mounted) {
  std::size_t least = SIZE_MAX;
  std::ifstream file(groups);
  // A line is NUMBER:CONTROLLERS:PATH; without controllers it is of version 2.
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty())
      least = std::min(least, least_of(mounted, group, "memory.max"));
    else if (is_about_memory(controllers))
      least = std::min(least, least_of(mounted + "/memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

std::size_t host_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGE_SIZE);
  const std::size_t host = pages <= 0 || page <= 0
                               ? SIZE_MAX
                               : static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
  const std::size_t group = group_memory("/proc/self/cgroup", "/sys/fs/cgroup");
  return std::min(host, group - group / 8);
}

}  // namespace bulletin::server
