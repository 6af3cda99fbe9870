// Wakes a thread that waits for descriptors.
#pragma once

namespace bulletin::server {

/// An eventfd that is raised once and stays so.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// From any thread, and from a signal handler.
  void raise() noexcept;
  /// Becomes readable.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace bulletin::server
