// What ends a program that would go on for ever.
#pragma once

#include <chrono>

namespace bulletin::cli {

/// SIGINT and SIGTERM, a closed standard output, or `end`. Made before any thread, because those
/// started later leave the signals to it.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  void wait();
  /// For so long at the most; false: it is over, and nothing has ended it.
  bool wait_for(std::chrono::milliseconds time);
  /// From any thread.
  void end() noexcept;

 private:
  int signals_;
  int ended_;
};

}  // namespace bulletin::cli
