#include "cli/interruption.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <limits>
#include <system_error>

namespace bulletin::cli {

Interruption::Interruption(Output output)
    : output_(output), ended_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  struct sigaction hangup {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);  // ignored under nohup
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
  pollfd events[] = {{signals_, POLLIN, 0},
                     {ended_, POLLIN, 0},
                     {output_ == Output::ends ? STDOUT_FILENO : -1, 0, 0}};
  const bool for_ever = time.count() < 0;
  const auto deadline = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto most = std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max());
    const int happened = poll(events, 3, for_ever ? -1 : static_cast<int>(most));
    if (happened > 0) return true;
    if (happened == 0 && left.count() <= most) return false;
    if (happened < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "cannot wait");
  }
}

void Interruption::end() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(ended_, &one, sizeof one);
}

}  // namespace bulletin::cli
