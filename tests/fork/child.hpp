// A forked child of a test, which tells its parent over a pipe what it sees.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "support/await.hpp"

namespace bulletin::test {

/// The child's side.
class Parent {
 public:
  /// One line to the parent.
  void tell(const std::string& line) const;
  /// Waits for a line of the parent's; false: none came in time.
  bool hear() const;

 private:
  friend class Child;
  int output_ = -1;
  int input_ = -1;
};

/// The parent's side. The child ends by _exit: with 0 when its life returns, with 3 when something
/// is thrown. It is killed and waited for on destruction.
class Child {
 public:
  explicit Child(const std::function<void(const Parent&)>& life);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const noexcept { return pid_; }
  /// The next line of the child; what is wrong instead, when none comes in time.
  std::string line(std::chrono::milliseconds deadline = patience);
  /// Lets the child's next `hear` return.
  void tell() const;
  /// The exit code; minus the signal's number if one ended it; -1000 if it did not end in time.
  int wait(std::chrono::milliseconds deadline = patience);

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int input_ = -1;
  int exit_code_ = -1000;
  std::string text_;
};

/// Waits for any child of this process, as `Child::wait`.
int wait_for(pid_t pid, std::chrono::milliseconds deadline = patience);

}  // namespace bulletin::test
