// A job queue that survives its workers, without a queue: jobs, claims and results are attributes.
//
// - A worker claims a job with an ephemeral attribute. If the worker dies, the claim goes with its
//   session, and another worker claims the job.
// - The claim's revision is a fencing token. The result is committed only if the claim still has
//   this revision. A worker that was given up for dead, and comes back, writes nothing.
//
// So every job has exactly one result, whichever worker is killed or stands still, and whenever.
// Here, of four workers one is killed in the middle of a job, and one stands still in the middle of
// another job until somebody else has done it.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

namespace {

constexpr std::int64_t jobs = 200;
constexpr std::size_t workers = 4;

/// The job: how many steps the Collatz sequence takes from n to 1.
std::int64_t steps(std::int64_t n) {
  std::int64_t count = 0;
  for (; n != 1; ++count) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  return count;
}

std::string attribute(const std::string& kind, std::int64_t job) {
  return kind + '/' + std::to_string(job);
}

// [page
/// The claim's revision; nullopt: the job is done, or another worker has claimed it.
std::optional<bulletin::Revision> claim(const bulletin::Namespace& board, std::int64_t job) {
  const auto open_job = board.read<std::int64_t>(attribute("job", job));
  if (!open_job || board.contains(attribute("claim", job))) return std::nullopt;
  return board.commit(bulletin::Transaction()
                          .require(attribute("job", job), open_job->revision)
                          .require(attribute("claim", job), bulletin::absent)
                          .set(attribute("claim", job), getpid(), {.ephemeral = true}));
}

/// False: the claim was lost meanwhile. Nothing is written then: the job is another worker's.
bool finish(const bulletin::Namespace& board, std::int64_t job, bulletin::Revision claimed,
            std::int64_t result) {
  return board
      .commit(bulletin::Transaction()
                  .require(attribute("claim", job), claimed)
                  .set(attribute("result", job), result)
                  .add("done", 1)
                  .erase(attribute("job", job))
                  .erase(attribute("claim", job)))
      .has_value();
}
// page]

/// Works until no job is left. With `accident` it stands still in the middle of its first job.
void work(const bulletin::Namespace& board, bool accident) {
  std::atomic<unsigned> changes = 0;
  const bulletin::Subscription watch = board.watch([&](const bulletin::Change&) {
    ++changes;
    changes.notify_all();
  });
  for (;;) {
    const unsigned seen = changes;
    bool all_done = true;
    for (std::int64_t job = 1; job <= jobs; ++job) {
      all_done = all_done && !board.contains(attribute("job", job));
      const std::optional<bulletin::Revision> claimed = claim(board, job);
      if (!claimed) continue;
      const std::int64_t result = steps(job);
      if (accident) raise(SIGSTOP);
      accident = false;
      if (!finish(board, job, *claimed, result)) board.add("refused", 1);
    }
    if (all_done) return;
    changes.wait(seen);  // a job is done, or the claim of a worker that died is gone
  }
}

pid_t start_worker(const bulletin::Namespace& board, bool accident) {
  const pid_t child = fork();
  if (child != 0) return child;
  work(board, accident);
  std::_Exit(EXIT_SUCCESS);
}

/// The job that a worker has claimed.
std::int64_t job_of(const bulletin::Namespace& board, pid_t worker) {
  board.sync();
  for (std::int64_t job = 1; job <= jobs; ++job) {
    if (board.get_or(attribute("claim", job), 0) == worker) return job;
  }
  return 0;
}

}  // namespace

int main() {
  bulletin::Manager manager({.arguments = {"--beat-ms", "500", "--session-ms", "1000"}});
  manager.start();
  const bulletin::Namespace board = manager.make_namespace();

  bulletin::Transaction all_jobs;
  for (std::int64_t job = 1; job <= jobs; ++job) all_jobs.set(attribute("job", job), job);
  board.commit(all_jobs);

  // Two workers stop in the middle of a job: one is killed there, the other comes back too late.
  const pid_t killed = start_worker(board, true);
  const pid_t late = start_worker(board, true);
  waitpid(killed, nullptr, WUNTRACED);
  kill(killed, SIGKILL);
  waitpid(killed, nullptr, 0);
  waitpid(late, nullptr, WUNTRACED);
  const std::int64_t taken_over = job_of(board, late);

  std::vector<pid_t> pool{late};
  while (pool.size() < workers - 1) pool.push_back(start_worker(board, false));
  const auto is_there = [](const bulletin::Value&) { return true; };
  board.wait_for(attribute("result", taken_over), is_there, std::chrono::seconds(30));
  kill(late, SIGCONT);
  for (const pid_t worker : pool) {
    int status = 0;
    if (waitpid(worker, &status, 0) != worker || status != 0) return EXIT_FAILURE;
  }

  board.sync();
  const bulletin::Snapshot all = board.snapshot();
  std::int64_t results = 0;
  std::int64_t right = 0;
  for (std::int64_t job = 1; job <= jobs; ++job) {
    const auto result = all.get<std::int64_t>(attribute("result", job));
    results += result ? 1 : 0;
    right += result == steps(job) ? 1 : 0;
  }
  std::cout << jobs << " jobs, " << workers << " workers: one was killed, one was late\n"
            << results << " results, " << right << " of them right, written "
            << all.at<std::int64_t>("done") << " times\n"
            << all.get_or("refused", 0) << " late result was refused\n";
}
