#include "cli/interruption.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace bulletin::cli {

Interruption::Interruption() : ended_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
  if (signals_ < 0 || ended_ < 0) throw std::system_error(errno, std::generic_category());
  std::signal(SIGPIPE, SIG_IGN);
}

Interruption::~Interruption() {
  close(signals_);
  close(ended_);
}

void Interruption::wait() { static_cast<void>(wait_for(std::chrono::milliseconds(-1))); }

bool Interruption::wait_for(std::chrono::milliseconds time) {
  // Nothing is asked of standard output: that it is closed at the other end is told unasked.
  pollfd events[] = {{signals_, POLLIN, 0}, {ended_, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
  int happened = -1;
  do {
    happened = poll(events, 3, static_cast<int>(time.count()));
  } while (happened < 0 && errno == EINTR);
  return happened > 0;
}

void Interruption::end() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(ended_, &one, sizeof one);
}

}  // namespace bulletin::cli
