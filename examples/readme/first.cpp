#include <iostream>

#include <bulletin/bulletin.hpp>

int main() try {
  bulletin::Client client;  // $BULLETIN_ENDPOINT, else tcp://127.0.0.1:5570
  bulletin::Namespace robot = client.open("plant/robot");  // complete when it returns

  robot.set("speed", 3.2);                         // one round trip to the broker
  std::cout << robot.at<double>("speed") << '\n';  // this process's memory
  std::cout << robot.get_or("mode", "no mode yet") << '\n';

  bulletin::Subscription watch = robot.watch("mode", [](const bulletin::Change& change) {
    if (change.value != nullptr) std::cout << "mode is " << *change.value << '\n';
  });
  robot["mode"] = "idle";  // from any process

  std::int64_t starts = robot.add("starts", 1);  // atomic, at the broker
  std::cout << "started " << starts << " times\n";
  const auto is_idle = [](const bulletin::Value& mode) { return mode == "idle"; };
  return robot.wait_for("mode", is_idle, std::chrono::seconds(5)) ? 0 : 1;
} catch (const bulletin::Error& error) {
  std::cerr << error.what() << '\n';  // such as: no broker has answered at tcp://127.0.0.1:5570 ...
  return 1;
}
