// Keeps a second broker from stealing an ipc endpoint.
#pragma once

#include <string>

namespace bulletin::server {

/// Holds `flock` on PATH.lock while it lives. A second bind on a path succeeds and makes the first
/// broker deaf; this lock is what tells. The file stays when the lock is given back: removing it
/// would let two brokers lock two files of the same name.
class PathLock {
 public:
  /// Throws Error rejected when another process, or another broker of this one, has the lock.
  explicit PathLock(const std::string& path);
  ~PathLock();
  PathLock(PathLock&& other) noexcept;
  PathLock& operator=(PathLock&&) = delete;
  PathLock(const PathLock&) = delete;
  PathLock& operator=(const PathLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace bulletin::server
