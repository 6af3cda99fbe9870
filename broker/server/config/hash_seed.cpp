#include "server/config/hash_seed.hpp"

#include <random>

namespace bulletin::server {

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

}  // namespace bulletin::server
