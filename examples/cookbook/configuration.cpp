#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include <bulletin/bulletin.hpp>

namespace {

// [page
/// Empty: the limits are usable.
std::string error_in(const bulletin::Value& limits) {
  const bulletin::Value* speed = limits.find("speed");
  const auto number = speed == nullptr ? std::nullopt : speed->get_if<double>();
  if (!number) return "speed is not a number";
  return *number <= 3.0 ? "" : "speed is over 3.0";
}

/// The service checks each proposal and activates it. The old limits stay for a rollback, in the
/// same commit. The condition makes sure that the verdict belongs to the proposal.
void decide(const bulletin::Namespace& config) {
  const auto proposed = config.read<bulletin::Value>("proposed");
  if (!proposed) return;
  bulletin::Transaction verdict;
  verdict.require("proposed", proposed->revision).erase("proposed");
  const std::string error = error_in(proposed->value);
  if (error.empty()) {
    if (const auto active = config.get<bulletin::Value>("active")) verdict.set("previous", *active);
    verdict.set("active", proposed->value).set("verdict", "activated");
  } else {
    verdict.set("verdict", "refused: " + error);
  }
  config.commit(verdict);  // a newer proposal has come: its own change calls `decide` again
}

/// Exchanges the active and the previous limits. False: something changed meanwhile.
bool roll_back(const bulletin::Namespace& config) {
  const auto active = config.read<bulletin::Value>("active");
  const auto previous = config.read<bulletin::Value>("previous");
  if (!active || !previous) return false;
  return config
      .commit(bulletin::Transaction()
                  .require("active", active->revision)
                  .require("previous", previous->revision)
                  .set("active", previous->value)
                  .set("previous", active->value))
      .has_value();
}
// page]

/// An operator proposes, and waits for the verdict.
std::string propose(const bulletin::Namespace& config, double speed) {
  const bulletin::Revision proposal = config.set("proposed", bulletin::Map{{"speed", speed}});
  std::string verdict;
  config.wait_for(
      "verdict",
      [&](const bulletin::Value&) {
        const auto answer = config.read<std::string>("verdict");
        if (!answer || answer->revision < proposal) return false;
        verdict = answer->value;
        return true;
      },
      std::chrono::seconds(10));
  return verdict;
}

}  // namespace

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace service = manager.open("config/robot");
  const bulletin::Subscription watch =
      service.watch("proposed", [&](const bulletin::Change&) { decide(service); });

  bulletin::Client client({.endpoint = manager.address()});
  const bulletin::Namespace config = client.open("config/robot");
  for (const double speed : {2.0, 9.0, 2.5}) {
    std::cout << "speed " << speed << " is " << propose(config, speed) << '\n';
  }
  std::cout << "active: " << config.at<bulletin::Value>("active") << '\n';
  if (!roll_back(config)) return 1;
  std::cout << "rolled back to " << config.at<bulletin::Value>("active") << '\n';
}
