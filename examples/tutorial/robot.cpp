#include <chrono>
#include <iostream>
#include <thread>

#include <bulletin/bulletin.hpp>

int main() try {
  bulletin::Client client;
  const bulletin::Namespace robot = client.open("tutorial/robot");

  robot.set("online", true, {.ephemeral = true});  // disappears with this process
  robot.set("mode", "running");
  std::cout << "start number " << robot.add("starts", 1) << std::endl;

  const auto speed = robot.attribute<double>("speed");  // the fastest way to read
  double x = 0;
  while (robot.get_or("mode", "off") != "off") {
    x += speed.get_or(1.0) * 0.02;
    robot.post("x", x);  // queued; a control loop does not wait for the network
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  robot.flush();  // all posts have arrived, or this throws
  std::cout << "switched off" << std::endl;
} catch (const bulletin::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
