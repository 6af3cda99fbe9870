#include "server/config/hash_seed.hpp"

#include "support/catch.hpp"

using namespace bulletin;

TEST_CASE("The seed of a process is drawn, and stays") {
  CHECK(server::hash_seed() != 0);
  CHECK(server::hash_seed() == server::hash_seed());
}
