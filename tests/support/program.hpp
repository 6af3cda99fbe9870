// Runs a program of this project, and looks at it from outside.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "support/await.hpp"

namespace bulletin::test {

/// A child process with pipes at its three standard streams. Killed and waited for on destruction.
class Program {
 public:
  /// `arguments` without the program's own name.
  Program(const std::string& path, const std::vector<std::string>& arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const noexcept { return pid_; }

  /// The next whole line of standard output, without its end; empty when none comes in time.
  std::string read_line(std::chrono::milliseconds deadline = patience);
  /// All of standard error up to now.
  const std::string& errors();
  /// All of standard output that `read_line` did not give.
  const std::string& output();

  void signal(int number) const noexcept;
  /// Waits while the pipe is full. What a program that has ended did not read is lost.
  void write_input(std::string_view text);
  void close_input() noexcept;
  /// What `wait` gives for a program that did not end in time.
  static constexpr int running = -1000;

  /// The exit code; minus the signal's number if one ended it; or `running`.
  int wait(std::chrono::milliseconds deadline = patience);

 private:
  void drain();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  int exit_code_ = running;
  std::string output_text_;
  std::string error_text_;
};

/// The value behind `key=` in a line of words.
std::string value_of(std::string_view line, std::string_view key);

}  // namespace bulletin::test
