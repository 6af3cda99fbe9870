#include "simulation/rates.hpp"

#include <fmt/format.h>

namespace bulletin::simulation {
namespace {

/// Half of the worlds do not know a fault at all.
unsigned draw(Random& random, unsigned severity, unsigned most) {
  if (random.one_in(2)) return 0;
  return static_cast<unsigned>(random.between(1, most * severity / 3 + 1));
}

void draw_messages(Random& random, unsigned severity, Rates& rates) {
  rates.late = draw(random, severity, 60);
  rates.lose_request = draw(random, severity, 200);
  rates.double_request = draw(random, severity, 200);
  rates.lose_reply = draw(random, severity, 200);
  rates.double_reply = draw(random, severity, 100);
  rates.drop_updates = draw(random, severity, 100);
  rates.double_update = draw(random, severity, 100);
  rates.reorder_update = draw(random, severity, 150);
  if (random.one_in(4)) rates.high_water_mark = random.between(3, 60);
}

void draw_events(Random& random, unsigned severity, Rates& rates) {
  rates.abandon = draw(random, severity, 150);
  rates.slow_poll = draw(random, severity, 60);
  rates.cut = draw(random, severity, 40);
  rates.partition = draw(random, severity, 10);
  rates.freeze = draw(random, severity, 15);
  rates.kill = draw(random, severity, 15);
  rates.leave = draw(random, severity, 15);
  rates.fork = draw(random, severity, 10);
  rates.pause = draw(random, severity, 15);
  rates.reboot = draw(random, severity, 15);
  rates.forget = draw(random, severity, 10);
  rates.crash = draw(random, severity, 15);
}

}  // namespace

Rates draw_rates(Random& random) {
  Rates rates;
  rates.delay = random.pick<const Time[3]>({100, 500, 3000});
  rates.turn = random.pick<const Time[3]>({50, 500, 5000});
  rates.stored = random.one_in(2);
  const auto severity = static_cast<unsigned>(random.below(4));
  if (severity == 0) return rates;
  draw_messages(random, severity, rates);
  draw_events(random, severity, rates);
  return rates;
}

std::string Rates::describe() const {
  return fmt::format(
      "delay {} late {} lose {}/{} double {}/{} drop {} hwm {} double {} reorder {} turn {} "
      "abandon {} slow {} cut {} partition {} freeze {} kill {} leave {} fork {} pause {} reboot "
      "{} forget {} {} crash {}",
      delay, late, lose_request, lose_reply, double_request, double_reply, drop_updates,
      high_water_mark, double_update, reorder_update, turn, abandon, slow_poll, cut, partition,
      freeze, kill, leave, fork, pause, reboot, forget, stored ? "stored" : "in memory", crash);
}

}  // namespace bulletin::simulation
