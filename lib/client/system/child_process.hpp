// A program run by this one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bulletin::client {

/// Runs a program in a process group of its own, with a pipe as its standard input, which closes
/// when this process ends, and one as its standard output. Standard error is shared.
class ChildProcess {
 public:
  /// Throws std::system_error when the program cannot be run.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Leaves the program running, with its standard input closed.
  ~ChildProcess();

  /// The next line of its standard output, without the newline; nullopt: it ended, or the deadline
  /// passed.
  std::optional<std::string> read_line(std::chrono::steady_clock::time_point deadline);
  /// Its wait status, when it has ended by the deadline.
  std::optional<int> wait(std::chrono::steady_clock::time_point deadline);
  void signal(int number) const noexcept;
  /// Its standard input ends.
  void close_input() noexcept;

 private:
  bool reap();

  pid_t pid_ = -1;
  int process_ = -1;  // negative: the kernel has none
  int input_ = -1;
  int output_ = -1;
  std::optional<int> status_;
  std::string buffer_;
};

}  // namespace bulletin::client
