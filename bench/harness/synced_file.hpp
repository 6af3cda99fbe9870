// A file that is waited for.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace bulletin::bench {

class SyncedFile {
 public:
  explicit SyncedFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {
    check(descriptor_ >= 0);
  }
  ~SyncedFile() { ::close(descriptor_); }
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  /// Returns when the disk has it.
  void append(std::string_view bytes) {
    check(::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
          ::fdatasync(descriptor_) == 0);
  }

 private:
  static void check(bool good) {
    if (!good) throw std::system_error(errno, std::generic_category(), "a synced file");
  }

  const int descriptor_;
};

}  // namespace bulletin::bench
