#include <chrono>
#include <iostream>
#include <thread>

#include <bulletin/bulletin.hpp>

int main() try {
  bulletin::Client client;
  const bulletin::Namespace robot = client.open("tutorial/robot");

  const bulletin::Subscription watch = robot.watch("mode", [](const bulletin::Change& change) {
    if (change.value != nullptr) std::cout << "mode: " << *change.value << std::endl;
  });

  const auto exists = [](const bulletin::Value&) { return true; };
  while (!robot.wait_for("online", exists, std::chrono::seconds(1))) {
    std::cout << "waiting for the robot" << std::endl;
  }
  while (robot.contains("online")) {
    const bool connected = robot.freshness().state == bulletin::Freshness::State::connected;
    std::cout << "x = " << robot.get_or("x", 0.0) << (connected ? "" : " (stale)") << std::endl;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  std::cout << "the robot is offline" << std::endl;
} catch (const bulletin::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
