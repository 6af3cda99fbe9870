// Keeps a second broker from stealing an ipc endpoint.
#pragma once

#include <string>

namespace bulletin::server {

/// Holds `flock` on PATH.lock while it lives. A second bind on a path succeeds and makes the first
/// broker deaf; this lock is what tells. At its end the socket's file goes, which is left at a
/// kill, and then the lock file. Who locks a file therefore looks whether it is still the one of
/// that name: two brokers could hold two files otherwise.
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
  std::string file() const { return path_ + ".lock"; }
  void open();
  bool has_the_named_file() const;
  void close() noexcept;

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace bulletin::server
