// The other process in the tests of tests/api: does one thing, and tells what came of it on
// standard output.
//
//   bulletin-api get URI NAME            prints the value
//   bulletin-api set URI NAME TEXT       sets it
//   bulletin-api manage [GROUP]          starts a Manager, prints "address=A uri=U", waits for the
//   end of standard input bulletin-api crowd ENDPOINT N        N clients: each says that it is
//   there and sees all of its process
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <list>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/await.hpp"

namespace {

int get(const std::string& uri, const std::string& name) {
  const bulletin::Namespace space = bulletin::open(uri);
  space.sync();
  std::cout << space.at<bulletin::Value>(name) << std::endl;
  return 0;
}

int set(const std::string& uri, const std::string& name, const std::string& text) {
  bulletin::open(uri).set(name, text);
  std::cout << "set" << std::endl;
  return 0;
}

int manage(bool own_group) {
  if (own_group) {
    ::setpgid(0, 0);
    std::signal(SIGINT, SIG_IGN);
  }
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace space = manager.make_namespace();
  space.set("greeting", "hello");
  std::cout << "address=" << manager.address() << " uri=" << space.uri() << std::endl;
  std::string line;
  std::getline(std::cin, line);
  return 0;
}

int crowd(const std::string& endpoint, std::size_t count) {
  std::list<bulletin::Client> clients;
  std::vector<bulletin::Namespace> spaces;
  const std::string process = "p" + std::to_string(::getpid()) + "/";
  for (std::size_t i = 0; i < count; ++i) {
    bulletin::ClientOptions options;
    options.endpoint = endpoint;
    options.open_timeout = options.write_timeout = bulletin::test::patience;
    spaces.push_back(clients.emplace_back(options).open("crowd"));
  }
  for (std::size_t i = 0; i < count; ++i)
    spaces[i].set(process + std::to_string(i), i, {.ephemeral = true});
  for (const bulletin::Namespace& space : spaces) {
    for (std::size_t i = 0; i < count; ++i) {
      const bool seen = space.wait_for(
          process + std::to_string(i), [&](const bulletin::Value& value) { return value == i; },
          bulletin::test::patience);
      if (!seen) {
        std::cout << "missing " << i << std::endl;
        return 1;
      }
    }
  }
  std::cout << "complete" << std::endl;
  std::string line;
  std::getline(std::cin, line);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 3 && words[0] == "get") return get(words[1], words[2]);
    if (words.size() == 4 && words[0] == "set") return set(words[1], words[2], words[3]);
    if (!words.empty() && words[0] == "manage") return manage(words.size() == 2);
    if (words.size() == 3 && words[0] == "crowd") return crowd(words[1], std::stoul(words[2]));
    std::cerr << "wrong usage\n";
    return 2;
  } catch (const bulletin::Error& error) {
    std::cout << "error " << error.code() << ": " << error.what() << std::endl;
    return 1;
  }
}
