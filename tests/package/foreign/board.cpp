#include <iostream>

#include <bulletin/bulletin.hpp>

int main() {
  bulletin::Manager manager({.bind = "tcp://127.0.0.1:*"});
  manager.start();
  bulletin::Namespace board = manager.make_namespace();
  board.set("answer", 42);
  const int answer = board.at<int>("answer");
  manager.shutdown();
  std::cout << "answer " << answer << "\n";
  return answer == 42 ? 0 : 1;
}
