#include "faults/few_descriptors.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace bulletin::test {
namespace {

constexpr rlim_t most = 256;

std::vector<int> open_all() {
  std::vector<int> opened;
  for (int one = ::eventfd(0, EFD_CLOEXEC); one >= 0; one = ::eventfd(0, EFD_CLOEXEC))
    opened.push_back(one);
  return opened;
}

void close_some(std::vector<int>& opened, std::size_t count) {
  for (; count > 0 && !opened.empty(); --count) {
    ::close(opened.back());
    opened.pop_back();
  }
}

}  // namespace

FewDescriptors::FewDescriptors(std::size_t free) {
  // The hard one, too: a broker raises the other.
  const rlimit limit{most, most};
  ::setrlimit(RLIMIT_NOFILE, &limit);
  held_ = open_all();
  close_some(held_, free);
}

FewDescriptors::~FewDescriptors() { release(); }

void FewDescriptors::release() { close_some(held_, held_.size()); }

std::size_t FewDescriptors::count_free() const {
  std::vector<int> opened = open_all();
  const std::size_t count = opened.size();
  close_some(opened, count);
  return count;
}

int outcome_in_child(const std::function<int()>& life) {
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(60);
    int code = 100;
    try {
      code = life();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the child has thrown: %s\n", error.what());
    }
    ::_exit(code);
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace bulletin::test
