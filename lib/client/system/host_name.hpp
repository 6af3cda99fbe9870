// The name of this host, as operators know it.
#pragma once

#include <unistd.h>

#include <array>
#include <string>

#include "wire/limits.hpp"
#include "wire/names.hpp"

namespace bulletin::client {

/// Empty if it is no text.
inline std::string host_name() {
  std::array<char, wire::host_bytes + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || !wire::is_utf8(name.data())) return {};
  return name.data();
}

}  // namespace bulletin::client
