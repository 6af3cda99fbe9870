#include "client/transport/tcp_arrivals.hpp"

// Not <netinet/tcp.h>, which has an older tcp_info and cannot be included beside this one.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace bulletin::client {

std::uint64_t bytes_received(int descriptor) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  constexpr std::size_t least = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
  const bool told = ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  return told && size >= least ? info.tcpi_bytes_received : 0;
}

}  // namespace bulletin::client
