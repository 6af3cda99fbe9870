#include "server/local_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace bulletin::server {
namespace {

/// Of no family if it is no socket.
sockaddr_storage address_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    address.ss_family = AF_UNSPEC;
  return address;
}

std::optional<std::uint16_t> port_in(const sockaddr_storage& address) {
  switch (address.ss_family) {
    case AF_INET: return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    case AF_INET6: return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<std::uint16_t> local_port(int descriptor) { return port_in(address_of(descriptor)); }

std::optional<std::string> local_address(int descriptor) {
  const sockaddr_storage address = address_of(descriptor);
  if (const auto port = port_in(address)) return std::to_string(*port);
  if (address.ss_family != AF_UNIX) return std::nullopt;
  return "unix " + std::string(reinterpret_cast<const sockaddr_un&>(address).sun_path);
}

}  // namespace bulletin::server
