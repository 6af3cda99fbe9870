// A forked child begins as a copy of its parent, private attributes included: it reads the parent's
// `_item`. From then on there are two: what the child sets is the child's own.

#include <iostream>
#include <string>

#include <bulletin/bulletin.hpp>

#include "processes.hpp"

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace board = manager.open("lesson/private");
  board.set("_item", "secret");
  std::cout << "the parent reads '" << board.at<std::string>("_item") << "'" << std::endl;

  run_forked([&] {
    std::cout << "the child reads '" << board.at<std::string>("_item") << "'" << std::endl;
    board.set("_item", "changed by the child");
    std::cout << "the child reads '" << board.at<std::string>("_item") << "'" << std::endl;
  });

  std::cout << "the parent reads '" << board.at<std::string>("_item") << "'" << std::endl;
}
