// How much memory there is for this process.
#pragma once

#include <cstddef>
#include <string>

namespace bulletin::server {

/// What this host has or, where that is less, seven eighths of what the control groups of this
/// process may have (`MemoryMax=`, a container): of that the kernel's buffers take a part.
std::size_t host_memory();

/// The least memory that a control group of a process may have; SIZE_MAX: as much as there is.
/// `groups`: /proc/PID/cgroup; `mounted`: where the groups are, /sys/fs/cgroup.
std::size_t group_memory(const std::string& groups, const std::string& mounted);

}  // namespace bulletin::server
