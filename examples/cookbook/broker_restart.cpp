#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <string>

#include <bulletin/bulletin.hpp>

namespace {

bulletin::Manager start_broker(const std::filesystem::path& folder) {
  bulletin::Manager manager({.bind = "ipc://" + (folder / "board").string(),
                             .arguments = {"--data", (folder / "data").string()}});
  manager.start();
  return manager;
}

// [page
/// Tells what a program sees. Runs on the thread of the watches.
void show(bulletin::ClientEvent event) {
  switch (event) {
    case bulletin::ClientEvent::connected: std::cout << "connected" << std::endl; break;
    case bulletin::ClientEvent::disconnected: std::cout << "disconnected" << std::endl; break;
    case bulletin::ClientEvent::session_lost: std::cout << "session lost" << std::endl; break;
  }
}

/// A program that has to know whether a write was applied asks the error.
const char* outcome(const bulletin::Namespace& robot, double speed) {
  try {
    robot.set("speed", speed);
    return "applied";
  } catch (const bulletin::Error& error) {
    return error.may_have_applied() ? "in doubt" : "not applied";
  }
}
// page]

}  // namespace

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "broker-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path folder = name;

  auto broker = std::make_unique<bulletin::Manager>(start_broker(folder));
  std::promise<void> lost;
  bulletin::Client client(
      {.endpoint = broker->address(), .on_state = [&](bulletin::ClientEvent event) {
         show(event);
         if (event == bulletin::ClientEvent::disconnected) lost.set_value();
       }});
  const bulletin::Namespace robot = client.open("plant/robot");
  std::cout << "1.0 is " << outcome(robot, 1.0) << std::endl;

  broker.reset();
  if (lost.get_future().wait_for(std::chrono::seconds(20)) != std::future_status::ready) return 1;
  std::cout << "reads go on: " << robot.at<double>("speed") << std::endl;

  // A write waits for the broker, up to ClientOptions::write_timeout.
  auto waiting = std::async(std::launch::async, [&] { return outcome(robot, 2.0); });
  broker = std::make_unique<bulletin::Manager>(start_broker(folder));
  std::cout << "2.0 is " << waiting.get() << std::endl;
  std::cout << "after the restart: " << robot.at<double>("speed") << std::endl;

  broker.reset();
  std::filesystem::remove_all(folder);
}
