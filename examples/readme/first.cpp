#include <iostream>

#include <bulletin/bulletin.hpp>

int main() {
  bulletin::Client client;  // $BULLETIN_ENDPOINT, else tcp://127.0.0.1:5570
  bulletin::Namespace robot = client.open("plant/robot");

  robot.set("speed", 3.2);                         // one round trip to the broker
  std::cout << robot.at<double>("speed") << '\n';  // this process's memory
  std::cout << robot.get_or("mode", "no mode yet") << '\n';

  bulletin::Subscription watch = robot.watch("mode", [](const bulletin::Change& change) {
    if (change.value != nullptr) std::cout << "mode is " << *change.value << '\n';
  });
  robot["mode"] = "idle";  // from any process

  std::int64_t starts = robot.add("starts", 1);  // atomic, at the broker
  std::cout << "started " << starts << " times\n";
  return robot.wait_until(
             "mode", [](const bulletin::Value& mode) { return mode == "idle"; },
             std::chrono::seconds(5))
             ? 0
             : 1;
}
