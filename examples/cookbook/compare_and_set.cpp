// Configuration that several people edit: nobody overwrites what he has not seen. `read` gives a
// value together with its revision, and `compare_and_set` writes only if that is still the newest;
// who loses the race is told so (by a value, not an exception), and his replica already holds what
// won. A transaction does the same for several attributes: all of its conditions hold and all of
// its changes happen, or none.

#include <iostream>
#include <optional>

#include <bulletin/bulletin.hpp>

int main() {
  bulletin::Manager manager;
  manager.start();
  bulletin::Client ann_client({.endpoint = manager.address()});
  bulletin::Client bob_client({.endpoint = manager.address()});
  const bulletin::Namespace ann = ann_client.open("config/robot");
  const bulletin::Namespace bob = bob_client.open("config/robot");

  ann.set("limits", bulletin::Map{{"force", 40}, {"speed", 2.0}});
  bob.sync();

  std::cout << "Ann and Bob read the same limits, and both want to change them\n";
  // [page
  auto seen_by_ann = ann.read<bulletin::Map>("limits");
  auto seen_by_bob = bob.read<bulletin::Map>("limits");

  seen_by_ann->value["speed"] = 2.5;
  const auto ann_won = ann.compare_and_set("limits", seen_by_ann->revision, seen_by_ann->value);
  // page]
  std::cout << "Ann raises the speed: " << (ann_won ? "done" : "lost the race") << "\n";

  seen_by_bob->value["force"] = 60;
  const auto bob_won = bob.compare_and_set("limits", seen_by_bob->revision, seen_by_bob->value);
  std::cout << "Bob raises the force: " << (bob_won ? "done" : "lost the race") << "\n";

  seen_by_bob = bob.read<bulletin::Map>("limits");  // Ann's, already here
  std::cout << "Bob sees " << bulletin::Value(seen_by_bob->value) << " and tries again: ";
  seen_by_bob->value["force"] = 60;
  const bool again =
      bob.compare_and_set("limits", seen_by_bob->revision, seen_by_bob->value).has_value();
  std::cout << (again ? "done" : "lost the race") << "\n";

  // [page
  // `update` is this loop in one call.
  bob.update<bulletin::Map>("limits", [](std::optional<bulletin::Map> limits) {
    bulletin::Map changed = limits.value_or(bulletin::Map{});
    changed["tool"] = "gripper";
    return changed;
  });

  // Several attributes at once, on the condition that the limits are those just seen.
  ann.sync();
  const auto limits = ann.read<bulletin::Map>("limits");
  const auto switched = ann.commit(bulletin::Transaction()
                                       .require("limits", limits->revision)
                                       .require("mode", bulletin::absent)
                                       .set("mode", "running")
                                       .set("checked_by", "Ann"));
  // page]
  std::cout << "Ann switches the robot on: " << (switched ? "done" : "something has changed")
            << "\n";

  for (const bulletin::Snapshot::Entry& entry : ann.snapshot()) {
    std::cout << "  " << entry.name << " = " << entry.value << "\n";
  }
}
