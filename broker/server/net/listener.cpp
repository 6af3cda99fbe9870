#include "server/net/listener.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "server/config/descriptors.hpp"

namespace bulletin::server {
namespace {

constexpr int backlog = 1024;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another program has this port: stop it or choose another one (`*` for any)";
    case EADDRNOTAVAIL:
    case EINVAL: return "use an address or an interface of this host, or `*` for all";
    case EACCES: return "this user may not: choose another endpoint, such as a port above 1023";
    case ENOENT: return "create the folder first";
    default: return "choose another endpoint";
  }
}

[[noreturn]] void refuse(std::string_view option, const BindAddress& endpoint, int error) {
  throw Error(Errc::rejected,
              fmt::format("cannot bind {} (option {}): {}; {}", to_string(endpoint), option,
                          std::generic_category().message(error), advice(error)));
}

std::string_view without_brackets(std::string_view host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

std::optional<Address> numeric_address(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

/// The first IPv4 address of an interface, else its first of IPv6.
std::optional<Address> interface_address(const std::string& name) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, ::freeifaddrs);
  for (const int family : {AF_INET, AF_INET6}) {
    for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
      if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != family ||
          name != each->ifa_name)
        continue;
      Address address;
      address.size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
      std::memcpy(&address.storage, each->ifa_addr, address.size);
      return address;
    }
  }
  return std::nullopt;
}

void set_port(Address& address, std::uint16_t port) {
  if (address.storage.ss_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
}

std::uint16_t port_of(int socket) {
  Address address;
  address.size = sizeof address.storage;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.size);
  return ntohs(address.storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

Descriptor new_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (address.storage.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  std::string_view host = text.data();
  constexpr std::string_view mapped = "::ffff:";
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && host.starts_with(mapped))
    return fmt::format("{}:{}", host.substr(mapped.size()), ntohs(v6.sin6_port));
  return fmt::format("[{}]:{}", host, ntohs(v6.sin6_port));
}

/// The error is that of one connection, which is not in the queue any more (accept(2)), or a
/// signal.
bool is_of_newcomer(int error) noexcept {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH: return true;
    default: return false;
  }
}

}  // namespace

Listener::Listener(const BindAddress& endpoint, std::string_view option) : endpoint_(endpoint) {
  if (endpoint.transport == BindAddress::Transport::ipc)
    bind_path(option);
  else
    bind_address(option);
  if (::listen(socket_.get(), backlog) != 0) refuse(option, endpoint_, errno);
}

void Listener::bind_path(std::string_view option) {
  sockaddr_un address{};
  if (endpoint_.path.size() >= sizeof address.sun_path)
    throw Error(Errc::rejected, fmt::format("{}: the path {} is too long", option, endpoint_.path));
  lock_.emplace(endpoint_.path);
  ::unlink(endpoint_.path.c_str());  // left by a broker that was killed: nobody has the lock
  socket_ = new_socket(AF_UNIX);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, endpoint_.path.data(), endpoint_.path.size());
  if (!socket_ ||
      ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    refuse(option, endpoint_, errno);
}

void Listener::bind_address(std::string_view option) {
  const int on = 1;
  const int off = 0;
  std::optional<Address> address;
  if (endpoint_.host == "*") {
    // Of both kinds, where there is IPv6.
    socket_ = new_socket(AF_INET6);
    const bool both =
        socket_ && ::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
    endpoint_.host = both ? "[::]" : "0.0.0.0";
    address = numeric_address(both ? "::" : "0.0.0.0");
    if (!both) socket_ = new_socket(AF_INET);
  } else {
    const std::string host(without_brackets(endpoint_.host));
    address = numeric_address(host);
    if (!address) address = interface_address(host);
    if (!address) {
      throw Error(Errc::rejected,
                  fmt::format("cannot bind {} (option {}): cannot resolve '{}'; use an address or "
                              "an interface of this host, or `*` for all",
                              to_string(endpoint_), option, endpoint_.host));
    }
    socket_ = new_socket(address->storage.ss_family);
  }
  if (!socket_) refuse(option, endpoint_, errno);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  set_port(*address, endpoint_.port);
  if (::bind(socket_.get(), address->get(), address->size) != 0) refuse(option, endpoint_, errno);
  endpoint_.port = port_of(socket_.get());
}

Listener::Outcome Listener::accept(Accepted& accepted) const {
  accepted.error = EMFILE;
  if (reserve_is_reached()) return Outcome::failed;
  Address address;
  address.size = sizeof address.storage;
  accepted.connection =
      Descriptor(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address.storage),
                           &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.connection) {
    accepted.address = text_of(address);
    return Outcome::accepted;
  }
  accepted.error = errno;
  if (accepted.error == EAGAIN) return Outcome::nobody;
  return is_of_newcomer(accepted.error) ? Outcome::gone : Outcome::failed;
}

}  // namespace bulletin::server
