// What ends a program that would go on for ever.
#pragma once

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
  /// From any thread.
  void end() noexcept;

 private:
  int signals_;
  int ended_;
};

}  // namespace bulletin::cli
