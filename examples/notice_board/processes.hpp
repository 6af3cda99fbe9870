// Two ways to make a child process, each waited for.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

extern char** environ;

/// Waits for the child, and throws when it did not end well.
inline void join(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("a child process has failed");
  }
}

/// Starts this program afresh, as `program ROLE URI`: the child shares no memory with its parent,
/// and all that it is told of the board is the URI.
inline void run_spawned(std::string role, std::string uri) {
  char program[] = "/proc/self/exe";
  char* arguments[] = {program, role.data(), uri.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, program, nullptr, nullptr, arguments, environ) != 0) {
    throw std::runtime_error("cannot start a child process");
  }
  join(child);
}

/// Forks: the child begins as a copy of its parent, with the parent's objects in its hands.
template <class Work>
void run_forked(Work work) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child > 0) return join(child);
  try {
    work();
    std::_Exit(EXIT_SUCCESS);
  } catch (...) {
    std::_Exit(EXIT_FAILURE);
  }
}
