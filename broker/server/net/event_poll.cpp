#include "server/net/event_poll.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <ratio>
#include <system_error>

namespace bulletin::server {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

EventPoll::EventPoll() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!descriptor_) fail("epoll_create1");
}

void EventPoll::control(int operation, int descriptor, unsigned events, std::uint64_t id) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(descriptor_.get(), operation, descriptor, &event) != 0) fail("epoll_ctl");
}

void EventPoll::add(int descriptor, unsigned events, std::uint64_t id) {
  control(EPOLL_CTL_ADD, descriptor, events, id);
}

void EventPoll::change(int descriptor, unsigned events, std::uint64_t id) {
  control(EPOLL_CTL_MOD, descriptor, events, id);
}

void EventPoll::remove(int descriptor) noexcept {
  ::epoll_ctl(descriptor_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

int EventPoll::wait_for(std::chrono::nanoseconds longest) {
  constexpr std::int64_t second = std::nano::den;
  const auto size = static_cast<int>(events_.size());
  if (exact_) {
    const timespec time{static_cast<time_t>(longest.count() / second),
                        static_cast<long>(longest.count() % second)};
    const int count = ::epoll_pwait2(descriptor_.get(), events_.data(), size, &time, nullptr);
    // EPERM: from filters of system calls (seccomp) that do not know it.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    exact_ = false;
  }
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(longest);
  return ::epoll_wait(descriptor_.get(), events_.data(), size, static_cast<int>(whole.count()));
}

std::span<const epoll_event> EventPoll::wait(std::chrono::nanoseconds longest) {
  const int count = wait_for(longest);
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace bulletin::server
