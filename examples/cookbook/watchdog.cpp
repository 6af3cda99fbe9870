#include <chrono>
#include <future>
#include <iostream>
#include <thread>

#include <bulletin/bulletin.hpp>

namespace {

using std::chrono::milliseconds;

// [page
/// A control loop feeds its watchdog. If it hangs, the attribute expires, although the process and
/// its connection are alive.
void feed(const bulletin::Namespace& robot, int cycle) {
  robot.post("watchdog/arm", cycle, {.ttl = milliseconds(500)});
}

/// Calls `on_silence` each time the watchdog expires.
template <class F>
bulletin::Subscription guard(const bulletin::Namespace& robot, F on_silence) {
  return robot.watch("watchdog/arm", [on_silence](const bulletin::Change& change) {
    if (change.value == nullptr) on_silence();
  });
}
// page]

}  // namespace

int main() {
  bulletin::Manager manager({.arguments = {"--beat-ms", "200"}});
  manager.start();
  const bulletin::Namespace robot = manager.make_namespace();

  std::promise<void> silent;
  const bulletin::Subscription watch = guard(robot, [&] {
    std::cout << "the arm does not answer: stop the belt" << std::endl;
    silent.set_value();
  });

  for (int cycle = 0; cycle < 20; ++cycle) {
    feed(robot, cycle);
    std::this_thread::sleep_for(milliseconds(50));
  }
  robot.flush();
  std::cout << "one second of work, and the watchdog is fed: " << robot.contains("watchdog/arm")
            << std::endl;
  // Now the loop hangs.
  return silent.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready ? 0
                                                                                             : 1;
}
