// A type of your own as a value. With <bulletin/msgpack.hpp> every type that has MSGPACK_DEFINE_MAP
// (or MSGPACK_DEFINE, which stores the members without their names) can be set, read and watched
// like a number; members may be such types themselves, or vectors of them. On the board it is a
// plain map, so that the command line and other languages read it too, and a reader whose type has
// more or fewer members still understands it. A type without MessagePack, such as an enumeration,
// is taught by specialising ValueTraits.

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>
#include <bulletin/msgpack.hpp>

struct Pose {
  double x = 0;
  double y = 0;
  MSGPACK_DEFINE_MAP(x, y)
};

struct Robot {
  std::string name;
  Pose pose;
  std::vector<Pose> path;
  MSGPACK_DEFINE_MAP(name, pose, path)
};

enum class Mode { idle, moving };

template <>
struct bulletin::ValueTraits<Mode> {
  static Value to_value(Mode mode) { return mode == Mode::idle ? "idle" : "moving"; }
  static std::optional<Mode> from_value(const Value& value) {
    if (value == Value("idle")) return Mode::idle;
    if (value == Value("moving")) return Mode::moving;
    return std::nullopt;  // of another type: the caller gets Error wrong_type
  }
};

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace plant = manager.open("plant");

  const auto robot = plant.attribute<Robot>("robot");  // a typed handle: what most code holds
  const auto mode = plant.attribute<Mode>("mode");
  robot.set({.name = "R7", .pose = {1, 2}, .path = {{2, 2}, {3, 2.5}}});
  mode.set(Mode::moving);

  const Robot seen = robot.at();
  std::cout << seen.name << " is at " << seen.pose.x << ", " << seen.pose.y << " and has "
            << seen.path.size() << " more points to pass\n";
  std::cout << (mode.at() == Mode::moving ? "it moves" : "it rests") << "\n";

  // What everybody else sees.
  std::cout << "robot = " << plant.at<bulletin::Value>("robot") << "\n";
  std::cout << "mode = " << plant.at<bulletin::Value>("mode") << "\n";

  plant.set("mode", "flying");
  try {
    mode.at();
  } catch (const bulletin::Error& error) {
    std::cout << error.code() << ": " << error.what() << "\n";
  }
}
