#include "server/net/path_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin::server {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// What the holder wrote into its lock file.
std::string holder(int descriptor) {
  char text[32];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  std::string_view pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  pid = pid.substr(0, pid.find('\n'));
  pid_t number = 0;
  std::from_chars(pid.data(), pid.data() + pid.size(), number);
  if (number <= 0) return "another process";
  if (::kill(number, 0) != 0 && errno == ESRCH)
    return fmt::format("not process {}, which made it and has ended, but another one", number);
  return fmt::format("process {}", number);
}

/// Whose a file is, when it is not this process's user's; a lock may then never be given back.
std::string owner_note(const std::string& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return "";
  return fmt::format(
      "; it belongs to the user with the id {}: remove it, or choose a path in a "
      "folder where only this user may write",
      status.st_uid);
}

void write_pid(int descriptor) {
  const std::string text = fmt::format("{}\n", ::getpid());
  // Only operators read it: a full disk is no reason not to serve.
  if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) < 0)
    errno = 0;
}

/// False: another has it. It does not wait, but a signal may interrupt it on a network's disk.
bool lock_now(int descriptor) {
  int failed = ::flock(descriptor, LOCK_EX | LOCK_NB);
  while (failed != 0 && errno == EINTR) failed = ::flock(descriptor, LOCK_EX | LOCK_NB);
  return failed == 0;
}

bool is_no_socket(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode);
}

}  // namespace

PathLock::PathLock(const std::string& path) : path_(path) {
  if (is_no_socket(path)) {
    throw Error(Errc::rejected,
                fmt::format("cannot bind ipc://{}: something that is no socket is there; move it "
                            "away or choose another path",
                            path));
  }
  do {
    close();
    open();
    if (!lock_now(descriptor_)) {
      const std::string who = holder(descriptor_);
      close();
      throw Error(
          Errc::rejected,
          fmt::format(
              "cannot bind ipc://{}: a broker already serves it ({} holds {}; `fuser` tells "
              "which); stop that one or choose another path{}",
              path, who, file(), owner_note(file())));
    }
  } while (!has_the_named_file());
  // Whoever may open it could hold it when this broker has ended without a word, and so keep the
  // next one out. Earlier versions made it with the mode 0644.
  ::fchmod(descriptor_, S_IRUSR | S_IWUSR);
  write_pid(descriptor_);
}

void PathLock::open() {
  do {
    descriptor_ = ::open(file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ >= 0) return;
  const int error = errno;
  throw Error(Errc::rejected,
              fmt::format("cannot bind ipc://{}: opening {}: {}; does the folder exist, and may "
                          "this user write there?{}",
                          path_, file(), reason(error), owner_note(file())));
}

/// False when its holder removed the file between our opening and locking it.
bool PathLock::has_the_named_file() const {
  struct stat locked {};
  struct stat named {};
  return ::fstat(descriptor_, &locked) == 0 && ::lstat(file().c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

void PathLock::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

PathLock::PathLock(PathLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PathLock::~PathLock() {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());
  ::unlink(file().c_str());
  // A forked child may hold a duplicate; closing alone would leave the lock to it.
  ::flock(descriptor_, LOCK_UN);
  close();
}

}  // namespace bulletin::server
