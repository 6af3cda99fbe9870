#include "support/colliding_names.hpp"

#include <cstddef>

#include "wire/digest.hpp"

namespace bulletin::test {

std::vector<std::string> colliding_names(int shift) {
  constexpr std::size_t wanted = 1'000;
  constexpr std::size_t positions = 2'048;
  std::vector<std::string> names;
  for (std::size_t i = 0; names.size() != wanted; ++i) {
    std::string name = "plant/line1/" + std::to_string(i);
    if ((wire::name_hash(name) >> shift) % positions == 0) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace bulletin::test
