#include "support/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

extern char** environ;

namespace bulletin::test {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
  int read_end = -1;
  int write_end = -1;
};

void read_all(int descriptor, std::string& text) {
  char bytes[4096];
  for (ssize_t size; (size = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(size));
  }
}

/// While it lives, a write to a pipe that nobody reads raises no signal in this thread.
class BrokenPipesAreErrors {
 public:
  BrokenPipesAreErrors() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~BrokenPipesAreErrors() {
    const timespec at_once{};
    while (sigtimedwait(&signal_, nullptr, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BrokenPipesAreErrors(const BrokenPipesAreErrors&) = delete;
  BrokenPipesAreErrors& operator=(const BrokenPipesAreErrors&) = delete;

 private:
  sigset_t signal_{};
  sigset_t before_{};
};

void set_nonblocking(int descriptor) { ::fcntl(descriptor, F_SETFL, O_NONBLOCK); }

}  // namespace

Program::Program(const std::string& path, const std::vector<std::string>& arguments) {
  const Pipe input;
  const Pipe output;
  const Pipe errors;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read_end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write_end, STDERR_FILENO);
  std::vector<char*> words{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  for (const int end : {input.read_end, output.write_end, errors.write_end}) ::close(end);
  input_ = input.write_end;
  output_ = output.read_end;
  errors_ = errors.read_end;
  if (error != 0) throw std::system_error(error, std::generic_category(), path);
  set_nonblocking(output_);
  set_nonblocking(errors_);
}

Program::~Program() {
  if (exit_code_ == running) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  close_input();
  ::close(output_);
  ::close(errors_);
}

std::string Program::read_line(std::chrono::milliseconds deadline) {
  std::size_t end = std::string::npos;
  await(
      [&] {
        drain();
        end = output_text_.find('\n');
        return end != std::string::npos || wait(std::chrono::milliseconds(0)) != running;
      },
      deadline);
  if (end == std::string::npos) return {};
  std::string line = output_text_.substr(0, end);
  output_text_.erase(0, end + 1);
  return line;
}

const std::string& Program::errors() {
  drain();
  return error_text_;
}

const std::string& Program::output() {
  drain();
  return output_text_;
}

void Program::signal(int number) const noexcept { ::kill(pid_, number); }

void Program::write_input(std::string_view text) {
  const BrokenPipesAreErrors here;
  while (!text.empty()) {
    const ssize_t size = ::write(input_, text.data(), text.size());
    if (size < 0 && errno == EPIPE) return;
    if (size < 0) throw std::system_error(errno, std::generic_category(), "write");
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

void Program::close_input() noexcept {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

int Program::wait(std::chrono::milliseconds deadline) {
  await(
      [&] {
        drain();  // a program whose pipe is full never ends
        int status = 0;
        if (exit_code_ != running || ::waitpid(pid_, &status, WNOHANG) != pid_)
          return exit_code_ != running;
        exit_code_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return true;
      },
      deadline);
  drain();
  return exit_code_;
}

void Program::drain() {
  read_all(output_, output_text_);
  read_all(errors_, error_text_);
}

std::string value_of(std::string_view line, std::string_view key) {
  const std::string wanted = std::string(key) + "=";
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    if (word.starts_with(wanted)) return std::string(word.substr(wanted.size()));
    at = end + 1;
  }
  return {};
}

}  // namespace bulletin::test
