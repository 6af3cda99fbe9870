// A pool of worker processes without a queue: the board holds the number of the next job, and `add`
// takes one, atomically at the broker, so that no job is done twice and none is left out. What the
// workers find out together grows with `update`, which tries again until no other writer came
// between. The workers are forks: each goes on with the parent's handle, and has a session of its
// own.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

namespace {

constexpr std::int64_t jobs = 200;
constexpr int workers = 4;

/// The job: how many steps the Collatz sequence takes from n to 1.
std::int64_t steps(std::int64_t n) {
  std::int64_t count = 0;
  for (; n != 1; ++count) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  return count;
}

void work(const bulletin::Namespace& board) {
  std::int64_t done = 0;
  // The counter begins at 0, and `add` returns the sum: every number is given to one worker only.
  for (std::int64_t job = 0; (job = board.add("next", 1)) <= jobs; ++done) {
    const std::int64_t result = steps(job);
    board.update<std::int64_t>("longest", [result](std::optional<std::int64_t> longest) {
      return std::max(longest.value_or(0), result);
    });
    board.set("result/" + std::to_string(job), result);
  }
  board.add("done", done);
}

}  // namespace

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace board = manager.make_namespace();

  std::vector<pid_t> pool;
  for (int i = 0; i < workers; ++i) {
    const pid_t child = fork();
    if (child < 0) return EXIT_FAILURE;
    if (child == 0) {
      work(board);
      std::_Exit(EXIT_SUCCESS);
    }
    pool.push_back(child);
  }
  for (const pid_t worker : pool) waitpid(worker, nullptr, 0);

  board.sync();
  const bulletin::Snapshot all = board.snapshot();  // one revision: no result can be missing in it
  std::int64_t results = 0;
  for (const std::string& name : all.names()) results += name.starts_with("result/") ? 1 : 0;
  std::cout << workers << " workers did " << all.at<std::int64_t>("done") << " jobs and left "
            << results << " results; the longest has " << all.at<std::int64_t>("longest")
            << " steps\n";
}
