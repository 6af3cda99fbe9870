#include "client/system/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace bulletin::client {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    reading = ends[0];
    writing = ends[1];
  }
  ~Pipe() {
    if (reading >= 0) close(reading);
    if (writing >= 0) close(writing);
  }
  int release(int& end) noexcept { return std::exchange(end, -1); }

  int reading = -1;
  int writing = -1;
};

int left_ms(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  Pipe input;
  Pipe output;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error = posix_spawnp(&pid_, argv.front(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::system_error(error, std::generic_category(),
                            "cannot run '" + arguments.front() + "'");
  close(input.release(input.reading));
  close(output.release(output.writing));
  input_ = input.release(input.writing);
  output_ = output.release(output.reading);
  // It becomes readable when the process ends (pidfd_open(2)): a wait with a deadline, without
  // signals. Opened now, in the place of the pipes' other ends: later there may be no descriptor.
  process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

ChildProcess::~ChildProcess() {
  close_input();
  close(output_);
  if (process_ >= 0) close(process_);
}

std::optional<std::string> ChildProcess::read_line(std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    pollfd item{output_, POLLIN, 0};
    const int ready = poll(&item, 1, left_ms(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    char chunk[4096];
    const ssize_t size = read(output_, chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    buffer_.append(chunk, static_cast<std::size_t>(size));
  }
}

std::optional<int> ChildProcess::wait(std::chrono::steady_clock::time_point deadline) {
  if (status_) return status_;
  pollfd item{process_, POLLIN, 0};
  while (!reap() && left_ms(deadline) > 0) {
    // A kernel without such descriptors is asked now and then.
    poll(&item, 1, process_ >= 0 ? left_ms(deadline) : std::min(left_ms(deadline), 10));
  }
  return status_;
}

// False: it still runs.
bool ChildProcess::reap() {
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  // ECHILD: the program reaps its children by itself.
  if (ended == pid_ || (ended < 0 && errno == ECHILD)) status_ = status;
  return status_.has_value();
}

void ChildProcess::close_input() noexcept {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

void ChildProcess::signal(int number) const noexcept {
  if (!status_) kill(pid_, number);
}

}  // namespace bulletin::client
