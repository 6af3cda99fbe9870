#include "server/net/wake_up.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bulletin::server {

WakeUp::WakeUp() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeUp::~WakeUp() { ::close(descriptor_); }

void WakeUp::raise() noexcept { ::eventfd_write(descriptor_, 1); }

void WakeUp::clear() noexcept {
  eventfd_t times = 0;
  ::eventfd_read(descriptor_, &times);
}

}  // namespace bulletin::server
