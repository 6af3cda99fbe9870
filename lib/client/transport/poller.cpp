#include "client/transport/poller.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "client/system/clock.hpp"

namespace bulletin::client {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

void wait_for(std::span<pollfd> items, std::chrono::milliseconds time) {
  const SteadyTime deadline = deadline_after(time);
  while (::poll(items.data(), items.size(), static_cast<int>(time.count())) < 0) {
    if (errno != EINTR) fail("poll");
    time = time_until(deadline);
  }
}

Poller::Poller() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor_ < 0) fail("epoll_create1");
}

Poller::~Poller() { ::close(descriptor_); }

void Poller::change(int operation, int descriptor, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  if (::epoll_ctl(descriptor_, operation, descriptor, &event) != 0) fail("epoll_ctl");
}

void Poller::watch(int descriptor) { change(EPOLL_CTL_ADD, descriptor, EPOLLIN); }
void Poller::pause(int descriptor) { change(EPOLL_CTL_MOD, descriptor, 0); }
void Poller::resume(int descriptor) { change(EPOLL_CTL_MOD, descriptor, EPOLLIN); }

void Poller::forget(int descriptor) noexcept {
  ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
}

Poller::Ready Poller::wait(std::chrono::milliseconds time) {
  Ready ready;
  std::array<epoll_event, std::tuple_size_v<decltype(ready.descriptors_)>> events;
  const SteadyTime deadline = deadline_after(time);
  const auto wait_once = [&] {
    return ::epoll_wait(descriptor_, events.data(), static_cast<int>(events.size()),
                        static_cast<int>(time.count()));
  };
  int count = wait_once();
  for (; count < 0; count = wait_once()) {
    if (errno != EINTR) fail("epoll_wait");
    time = time_until(deadline);
  }
  for (int i = 0; i < count; ++i)
    ready.descriptors_[ready.count_++] = events[static_cast<std::size_t>(i)].data.fd;
  return ready;
}

}  // namespace bulletin::client
