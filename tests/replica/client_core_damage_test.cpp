#include "replica/client_core.hpp"
#include "replica/core_world.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;

TEST_CASE("any bytes in any place do no harm") {
  CoreWorld world;
  const auto replica = world.join();
  world.broker.set("a", "1");
  const std::string beat = world.broker.beat();
  const std::string update = world.broker.set("b", "2");
  for (const std::string& good : {beat, update, world.welcome(3)}) {
    for (std::size_t i = 0; i != good.size(); ++i) {
      for (int bit = 0; bit != 8; ++bit) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
        world.core.update(wire::topic_of("plant"), bad, world.now);
        world.core.update(std::string(17, '\xFF'), bad, world.now);
        if (world.core.next_request(world.now)) world.core.reply(bad, world.now);
        world.core.call(world.status_request());
        world.now += 1000;
      }
    }
  }
  CHECK(replica->complete());
}
