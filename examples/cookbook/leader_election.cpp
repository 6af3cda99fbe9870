#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <bulletin/bulletin.hpp>

namespace {

// [page
/// Returns when this process leads. `leader` disappears when the leader ends or is killed.
bulletin::Revision become_leader(const bulletin::Namespace& service, const std::string& me) {
  for (;;) {
    if (const auto term =
            service.compare_and_set("leader", bulletin::absent, me, {.ephemeral = true})) {
      return *term;
    }
    service.wait_for_removal("leader", std::chrono::hours(1));
  }
}

/// What the leader writes is committed only while it leads.
bool write_as_leader(const bulletin::Namespace& service, bulletin::Revision term, int step) {
  return service.commit(bulletin::Transaction().require("leader", term).set("step", step))
      .has_value();
}
// page]

[[noreturn]] void run_candidate(const bulletin::Namespace& service, const std::string& me) {
  const bulletin::Revision term = become_leader(service, me);
  if (!write_as_leader(service, term, service.get_or("step", 0) + 1)) _exit(1);
  for (;;) pause();  // leads until it is killed
}

}  // namespace

int main() {
  bulletin::Manager manager({.arguments = {"--beat-ms", "500", "--session-ms", "1000"}});
  manager.start();
  const bulletin::Namespace service = manager.make_namespace();

  std::vector<pid_t> candidates;
  for (const char* name : {"north", "south", "west"}) {
    const pid_t child = fork();
    if (child == 0) run_candidate(service, name);
    candidates.push_back(child);
  }

  for (std::size_t round = 1; round <= candidates.size(); ++round) {
    const auto led = [&](const bulletin::Value& step) { return step == static_cast<int>(round); };
    if (!service.wait_for("step", led, std::chrono::seconds(20))) return 1;
    std::cout << "leader number " << round << " writes" << std::endl;
    const std::string leader = service.at<std::string>("leader");
    const std::size_t index = leader == "north" ? 0 : leader == "south" ? 1 : 2;
    kill(candidates[index], SIGKILL);
    waitpid(candidates[index], nullptr, 0);
  }
}
