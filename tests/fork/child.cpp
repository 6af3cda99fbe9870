#include "fork/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

namespace bulletin::test {
namespace {

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  return ends;
}

}  // namespace

void Parent::tell(const std::string& line) const {
  const std::string text = line + "\n";
  if (::write(output_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(4);
}

bool Parent::hear() const {
  pollfd item{input_, POLLIN, 0};
  const auto deadline = std::chrono::milliseconds(patience).count();
  char byte = 0;
  return ::poll(&item, 1, static_cast<int>(deadline)) == 1 && ::read(input_, &byte, 1) == 1;
}

Child::Child(const std::function<void(const Parent&)>& life) {
  const auto up = make_pipe();
  const auto down = make_pipe();
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    ::alarm(100);  // whatever happens to the parent, this process ends
    Parent parent;
    parent.output_ = up[1];
    parent.input_ = down[0];
    try {
      life(parent);
    } catch (const std::exception& error) {
      parent.tell(std::string("thrown: ") + error.what());
      ::_exit(3);
    } catch (...) {
      ::_exit(3);
    }
    ::_exit(0);
  }
  ::close(up[1]);
  ::close(down[0]);
  output_ = up[0];
  input_ = down[1];
}

Child::~Child() {
  if (exit_code_ == -1000) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
  ::close(input_);
}

std::string Child::line(std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    if (const std::size_t at = text_.find('\n'); at != std::string::npos) {
      std::string line = text_.substr(0, at);
      text_.erase(0, at + 1);
      return line;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd item{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&item, 1, static_cast<int>(left.count())) == 0)
      return "(the child says nothing)";
    char bytes[4096];
    const ssize_t size = ::read(output_, bytes, sizeof bytes);
    if (size <= 0) return "(the child has ended)";
    text_.append(bytes, static_cast<std::size_t>(size));
  }
}

void Child::tell() const { [[maybe_unused]] const auto written = ::write(input_, "\n", 1); }

int Child::wait(std::chrono::milliseconds deadline) {
  if (exit_code_ == -1000) exit_code_ = wait_for(pid_, deadline);
  return exit_code_;
}

int wait_for(pid_t pid, std::chrono::milliseconds deadline) {
  int exit_code = -1000;
  await(
      [&] {
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid) return false;
        exit_code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return true;
      },
      deadline);
  return exit_code;
}

}  // namespace bulletin::test
