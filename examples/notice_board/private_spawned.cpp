// A name that begins with '_' is private: it stays in the process that set it, as with Python's
// Namespace. The parent sets `_item` and reads it; a child that was started afresh opens the same
// board and finds no such attribute there. The value never went to the broker.

#include <iostream>
#include <string>

#include <bulletin/bulletin.hpp>

#include "processes.hpp"

namespace {

int run_child(const char* uri) {
  const bulletin::Namespace board = bulletin::open(uri);
  try {
    const std::string item = board.at<std::string>("_item");
    std::cout << "the child reads '" << item << "'\n";
    return 1;
  } catch (const bulletin::Error& error) {
    std::cout << "the child is told: " << error.what() << "\n";
    return error.code() == bulletin::Errc::missing ? 0 : 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return run_child(argv[2]);

  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace board = manager.open("lesson/private");
  board.set("_item", "secret");
  std::cout << "the parent reads '" << board.at<std::string>("_item") << "'" << std::endl;
  run_spawned("child", board.uri());
}
