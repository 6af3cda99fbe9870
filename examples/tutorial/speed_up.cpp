#include <algorithm>
#include <iostream>
#include <optional>
#include <string>

#include <bulletin/bulletin.hpp>

int main() try {
  bulletin::Client client;
  const bulletin::Namespace robot = client.open("tutorial/robot");

  const double now = robot.update<double>("speed", [](std::optional<double> speed) {
    return std::min(speed.value_or(1.0) * 1.1, 5.0);  // may run again if another write came first
  });

  robot.commit(bulletin::Transaction()  // all of it, or nothing
                   .set("mode", "running")
                   .set("reason", "speed is now " + std::to_string(now))
                   .erase("pose"));
  std::cout << now << '\n';
} catch (const bulletin::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
