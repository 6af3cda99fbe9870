#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <bulletin/bulletin.hpp>

namespace {

// [page
/// A lock that its holder's death releases. Returns the fencing token of the new holder.
std::optional<bulletin::Revision> acquire(const bulletin::Namespace& board, const std::string& lock,
                                          std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (const auto token =
            board.compare_and_set(lock, bulletin::absent, getpid(), {.ephemeral = true})) {
      return token;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (!board.wait_for_removal(lock, left)) return std::nullopt;
  }
}

/// Writes only while `token` still holds the lock. False: the lock was lost.
bool write_fenced(const bulletin::Namespace& board, const std::string& lock,
                  bulletin::Revision token, std::int64_t total) {
  return board.commit(bulletin::Transaction().require(lock, token).set("total", total)).has_value();
}

bool release(const bulletin::Namespace& board, const std::string& lock, bulletin::Revision token) {
  return board.commit(bulletin::Transaction().require(lock, token).erase(lock)).has_value();
}
// page]

/// Reads, adds and writes under the lock: with `add` one would not need any.
int work(const bulletin::Namespace& board) {
  for (int i = 0; i < 25; ++i) {
    const auto token = acquire(board, "lock", std::chrono::seconds(20));
    if (!token) return 1;
    board.sync();  // see what the last holder wrote
    if (!write_fenced(board, "lock", *token, board.get_or("total", std::int64_t{0}) + 1)) return 1;
    if (!release(board, "lock", *token)) return 1;
  }
  return 0;
}

}  // namespace

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace board = manager.make_namespace();

  std::vector<pid_t> workers;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(work(board));
    workers.push_back(child);
  }
  bool ok = true;
  for (const pid_t worker : workers) {
    int status = 0;
    ok = waitpid(worker, &status, 0) == worker && status == 0 && ok;
  }

  // A holder that stood still while somebody else took the lock writes nothing.
  const auto stale = acquire(board, "lock", std::chrono::seconds(5));
  board.erase("lock");  // an operator breaks the lock
  const auto current = acquire(board, "lock", std::chrono::seconds(5));
  const bool refused = !write_fenced(board, "lock", *stale, 0);
  board.sync();
  std::cout << "4 processes added 25 each: " << board.at<std::int64_t>("total") << '\n'
            << "the stale holder was " << (refused ? "refused" : "not refused") << '\n'
            << "the lock is free: " << release(board, "lock", *current) << '\n';
  return ok ? 0 : 1;
}
