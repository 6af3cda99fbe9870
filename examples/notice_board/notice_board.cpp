// The notice board: what Python's multiprocessing.managers.Namespace is for, between processes that
// share nothing else. The parent posts a word, two children one after the other read what is there
// and post another, and the parent reads the last one. First the children are programs started
// afresh, which are given the board's URI and no more; then they are forks, which go on with the
// parent's own handle on the board. Either way `set` returns when the board has the word, and a
// read touches only the reading process's memory: a fork begins with what its parent's memory has,
// so the parent syncs before it forks.

#include <iostream>
#include <string>

#include <bulletin/bulletin.hpp>

#include "processes.hpp"

namespace {

void process_1(const bulletin::Namespace& board) {
  std::cout << "  process 1 reads '" << board.at<std::string>("item") << "'" << std::endl;
  board.set("item", "educative");
}

void process_2(const bulletin::Namespace& board) {
  std::cout << "  process 2 reads '" << board.at<std::string>("item") << "'" << std::endl;
  board.set("item", "educative is awesome !");
}

/// What a child that was started afresh does.
int run_role(const std::string& role, const char* uri) {
  const bulletin::Namespace board = bulletin::open(uri);
  role == "process_1" ? process_1(board) : process_2(board);
  return 0;
}

void print_last(const bulletin::Namespace& board) {
  board.sync();  // everything that was committed before, by whomever
  std::cout << "  the parent reads '" << board.at<std::string>("item") << "'" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return run_role(argv[1], argv[2]);

  bulletin::Manager manager;
  manager.start();

  std::cout << "with children started afresh:" << std::endl;
  const bulletin::Namespace board = manager.make_namespace();
  board.set("item", "empty");
  run_spawned("process_1", board.uri());
  run_spawned("process_2", board.uri());
  print_last(board);

  std::cout << "with forked children:" << std::endl;
  const bulletin::Namespace other = manager.make_namespace();
  other.set("item", "empty");
  run_forked([&] { process_1(other); });
  other.sync();
  run_forked([&] { process_2(other); });
  print_last(other);
}
