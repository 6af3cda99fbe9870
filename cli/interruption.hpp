// What ends a program that would go on for ever.
#pragma once

#include <chrono>

namespace bulletin::cli {

/// SIGINT and SIGTERM, SIGHUP if that is not ignored, a closed standard output, or `end`. Threads
/// that are started later leave the signals to it.
class Interruption {
 public:
  /// Whether a closed standard output ends the program, too.
  enum class Output { ends, may_close };

  explicit Interruption(Output output = Output::ends);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  void wait();
  /// For so long at the most; false: it is over, and nothing has ended it.
  bool wait_for(std::chrono::milliseconds time);
  /// From any thread.
  void end() noexcept;

 private:
  const Output output_;
  int signals_;
  int ended_;
};

}  // namespace bulletin::cli
