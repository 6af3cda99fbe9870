#include "server/new_history.hpp"

#include <chrono>
#include <cstring>
#include <random>

namespace bulletin::server {

wire::Epoch random_epoch() {
  std::random_device device;
  wire::Epoch epoch;
  for (std::size_t at = 0; at < epoch.bytes.size(); at += sizeof(std::uint32_t)) {
    const auto word = static_cast<std::uint32_t>(device());
    std::memcpy(epoch.bytes.data() + at, &word, sizeof word);
  }
  return epoch;
}

std::uint64_t first_revision() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace bulletin::server
