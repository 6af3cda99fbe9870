#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

namespace {

// [page
/// Each service says when it is ready, and waits for those that it needs. They may be started in
/// any order and restarted at any time: `ready` disappears with the process.
bool wait_for_services(const bulletin::Namespace& boot, const std::vector<std::string>& needed) {
  for (const std::string& service : needed) {
    const auto is_ready = [](const bulletin::Value& ready) { return ready == true; };
    if (!boot.wait_for(service, is_ready, std::chrono::seconds(20))) {
      std::cerr << service << " is not ready after 20 s\n";
      return false;
    }
  }
  return true;
}

void say_ready(const bulletin::Namespace& boot, const std::string& service) {
  boot.set(service, true, {.ephemeral = true});
}
// page]

pid_t start(const bulletin::Namespace& boot, const std::string& service,
            const std::vector<std::string>& needed) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (!wait_for_services(boot, needed)) _exit(1);
  std::cout << service << " starts" << std::endl;
  say_ready(boot, service);
  const auto is_over = [](const bulletin::Value&) { return true; };
  _exit(boot.wait_for("end", is_over, std::chrono::seconds(30)) ? 0 : 1);
}

}  // namespace

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace boot = manager.make_namespace();

  const std::vector<pid_t> services{
      start(boot, "dashboard", {"planner"}),
      start(boot, "planner", {"drives", "camera"}),
      start(boot, "drives", {"camera"}),  // to have one order to print
      start(boot, "camera", {}),
  };
  const bool up = wait_for_services(boot, {"dashboard"});
  boot.set("end", true);
  bool ok = up;
  for (const pid_t service : services) {
    int status = 0;
    ok = waitpid(service, &status, 0) == service && status == 0 && ok;
  }
  std::cout << (ok ? "all services ran" : "a service failed") << '\n';
  return ok ? 0 : 1;
}
