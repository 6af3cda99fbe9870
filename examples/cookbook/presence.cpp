// Presence: who is here, also when somebody leaves without a word. An ephemeral attribute belongs
// to the session of the client that set it. A client that is closed takes its ephemeral attributes
// with it at once; one whose process is killed is not heard any more, and the broker ends its
// session after the session time (here one second, by default ten). Everybody else only watches.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <future>
#include <iostream>
#include <string>
#include <thread>

#include <bulletin/bulletin.hpp>

extern char** environ;

namespace {

using std::chrono::seconds;

/// A guest in a process of its own: arrives, and stays until it is killed.
int run_guest(const std::string& name, const std::string& endpoint) {
  // [page
  bulletin::Client client({.endpoint = endpoint, .name = name});
  client.open("presence").set(name, getpid(), {.ephemeral = true});
  // page]
  std::this_thread::sleep_for(seconds(30));
  return 1;
}

pid_t start_guest(std::string name, std::string endpoint) {
  char program[] = "/proc/self/exe";
  char* arguments[] = {program, name.data(), endpoint.data(), nullptr};
  pid_t child = 0;
  return posix_spawn(&child, program, nullptr, nullptr, arguments, environ) == 0 ? child : -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return run_guest(argv[1], argv[2]);

  bulletin::Manager manager({.arguments = {"--beat-ms", "500", "--session-ms", "1000"}});
  manager.start();
  const bulletin::Namespace presence = manager.open("presence");
  const auto is_here = [](const bulletin::Value&) { return true; };

  std::promise<void> bert_has_gone;
  // [page
  const bulletin::Subscription watch = presence.watch([&](const bulletin::Change& change) {
    const bool here = change.value != nullptr;
    std::cout << change.name << (here ? " is here" : " has gone") << std::endl;
    if (change.name == "bert" && !here) bert_has_gone.set_value();
  });
  // page]

  {
    bulletin::Client anna({.endpoint = manager.address()});
    anna.open("presence").set("anna", "at the door", {.ephemeral = true});
    presence.wait_for("anna", is_here, seconds(10));
  }  // anna's client is closed here, and says goodbye

  const pid_t bert = start_guest("bert", manager.address());
  if (bert < 0 || !presence.wait_for("bert", is_here, seconds(10))) return 1;
  kill(bert, SIGKILL);  // bert cannot say anything any more
  waitpid(bert, nullptr, 0);
  return bert_has_gone.get_future().wait_for(seconds(10)) == std::future_status::ready ? 0 : 1;
}
