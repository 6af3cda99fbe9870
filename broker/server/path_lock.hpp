// Keeps a second broker from stealing an ipc endpoint.
#pragma once

#include <string>

namespace bulletin::server {

/// Holds `flock` on PATH.lock while it lives. A second bind on a path succeeds and makes the first
/// broker deaf; this lock is what tells. At its end the socket's file goes, which ZeroMQ leaves;
/// the lock file stays: removing it would let two brokers lock two files of the same name.
class PathLock {
 public:
  /// Throws Error rejected when another process, or another broker of this one, has the lock, and
  /// when at PATH is something that is no socket: binding would remove it.
  explicit PathLock(const std::string& path);
  ~PathLock();
  PathLock(PathLock&& other) noexcept;
  PathLock& operator=(PathLock&&) = delete;
  PathLock(const PathLock&) = delete;
  PathLock& operator=(const PathLock&) = delete;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace bulletin::server
