// Wakes a thread that waits for descriptors.
#pragma once

namespace bulletin::server {

/// An eventfd.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// From any thread, and from a signal handler.
  void raise() noexcept;
  /// By the thread that was woken, before it looks at what it was woken for.
  void clear() noexcept;
  /// Readable from `raise` to `clear`.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace bulletin::server
