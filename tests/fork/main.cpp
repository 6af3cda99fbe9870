// A program with a Manager, a client, a watch and an ephemeral attribute, that forks; the child
// ends as it is told to: by returning from main or by exit(), having used its parent's client or
// not. Then the parent tells what is left.
//
//   bulletin-fork return|exit|"used return"|"used exit"
//   bulletin-fork descriptors     prints how many descriptors it was started with
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include <bulletin/bulletin.hpp>

#include "fork/child.hpp"

namespace {

int count_descriptors() {
  int count = -1;  // without the folder's own
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  std::cout << count << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string life = argc == 2 ? argv[1] : "";
  if (life == "descriptors") return count_descriptors();

  bulletin::Manager manager;
  manager.start();
  bulletin::Client client({.endpoint = manager.address()});
  const bulletin::Namespace space = client.open("household");
  space.set("ephemeral", 1, {.ephemeral = true});
  const bulletin::Namespace shared = bulletin::open(space.uri());
  std::atomic<int> told{0};
  const auto subscription = space.watch("x", [&](const bulletin::Change&) { ++told; });

  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(100);
    if (life.starts_with("used")) {
      space.set("child", 1);
      shared.set("child", 2);
      manager.make_namespace().set("child", 3);
    }
    if (life.ends_with("exit")) std::exit(0);
    return 0;
  }
  std::cout << "child ended " << bulletin::test::wait_for(child) << std::endl;

  bulletin::Client other({.endpoint = manager.address()});
  const bulletin::Namespace seen = other.open("household");
  std::cout << "broker there" << std::endl;
  std::cout << (seen.contains("ephemeral") ? "ephemeral there" : "ephemeral gone") << std::endl;
  seen.set("x", 1);
  const bool heard = bulletin::test::await([&] { return told > 0; });
  std::cout << (heard ? "watch told" : "watch silent") << std::endl;
  return 0;
}
