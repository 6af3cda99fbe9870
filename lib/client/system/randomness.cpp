#include "client/system/randomness.hpp"

#include <algorithm>
#include <random>

namespace bulletin::client {

std::array<std::uint8_t, 16> random_nonce() {
  std::random_device device;
  std::uniform_int_distribution<unsigned> byte(0, 255);
  std::array<std::uint8_t, 16> nonce;
  std::generate(nonce.begin(), nonce.end(),
                [&] { return static_cast<std::uint8_t>(byte(device)); });
  return nonce;
}

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

}  // namespace bulletin::client
