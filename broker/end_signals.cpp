#include "end_signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fmt/format.h>

#include <bulletin/error.hpp>

namespace bulletin {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool is_readable(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

std::string name_of(int signal) {
  switch (signal) {
    case SIGINT: return "SIGINT";
    case SIGHUP: return "SIGHUP";
    default: return "SIGTERM";
  }
}

}  // namespace

EndSignals::EndSignals(std::optional<int> starter) : starter_(starter.value_or(-1)) {
  if (starter && !is_readable(*starter)) {
    throw Error(Errc::rejected,
                fmt::format("exit-on-eof: descriptor {} is not open for reading", *starter));
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  if (signals_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

EndSignals::~EndSignals() { ::close(signals_); }

std::string EndSignals::wait(int other) {
  std::array<pollfd, 3> items{{{signals_, POLLIN, 0}, {other, POLLIN, 0}, {starter_, POLLIN, 0}}};
  for (;;) {
    if (::poll(items.data(), items.size(), -1) < 0) continue;
    if (items[0].revents != 0) {
      signalfd_siginfo info{};
      if (::read(signals_, &info, sizeof info) != sizeof info) continue;
      return name_of(static_cast<int>(info.ssi_signo));
    }
    if (items[1].revents != 0) return "failure";
    if (items[2].revents != 0 && starter_ended()) return "eof";
  }
}

/// Reads what the starter wrote, for nobody.
bool EndSignals::starter_ended() const {
  char ignored[256];
  const ssize_t size = ::read(starter_, ignored, sizeof ignored);
  return size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
}

}  // namespace bulletin
