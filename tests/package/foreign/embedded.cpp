#include <iostream>
#include <string>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>
#include <bulletin/msgpack.hpp>

struct Pose {
  double x = 0;
  double y = 0;
  MSGPACK_DEFINE(x, y)
};

int main() {
  bulletin::Broker broker({.bind = "tcp://127.0.0.1:*"});
  broker.start();
  bulletin::Client client({.endpoint = broker.endpoint()});
  bulletin::Namespace robot = client.open("plant/robot");
  robot.set("pose", Pose{1, 2});
  const Pose pose = robot.at<Pose>("pose");
  std::cout << "pose " << pose.x << " " << pose.y << "\n";
  return pose.x == 1 && pose.y == 2 ? 0 : 1;
}
