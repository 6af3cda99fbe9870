// What ends the program: SIGTERM, SIGINT, SIGHUP, or the end of its starter.
#pragma once

#include <optional>
#include <string>

namespace bulletin {

/// Blocks SIGTERM, SIGINT and, unless it is ignored as with nohup, SIGHUP for this thread and those
/// that it starts, and receives them as readable bytes: no code runs in a signal's handler. Make
/// one before any other thread.
class EndSignals {
 public:
  /// `starter`: a descriptor that is at its end when the starter has ended. Throws Error rejected
  /// when it is not open.
  explicit EndSignals(std::optional<int> starter);
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  /// Waits for one of them, or until `other` is readable. What it was, in one word.
  std::string wait(int other);

 private:
  bool starter_ended() const;

  int signals_ = -1;
  int starter_ = -1;
};

}  // namespace bulletin
