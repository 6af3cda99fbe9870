// Where a socket is bound.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

namespace bulletin::server {

/// tcp://HOST:PORT or ipc://PATH, taken apart.
struct BindAddress {
  enum class Transport { tcp, ipc };

  Transport transport = Transport::tcp;
  std::string host;  ///< tcp: an address, an interface or `*`; an IPv6 address stands in brackets
  std::uint16_t port = 0;  ///< tcp: 0 when a free one is asked for
  std::string path;        ///< ipc

  friend bool operator==(const BindAddress&, const BindAddress&) = default;
};

/// Throws Error rejected for anything else; the message begins with `option`, says what is wrong
/// and what to write.
BindAddress parse_endpoint(std::string_view text, std::string_view option);

/// As people and ZeroMQ write it: port 0 is `*`.
std::string to_string(const BindAddress& endpoint);

/// Where updates are sent when nothing was said about it: the next port, or the path plus
/// ".updates". Throws Error rejected when there is no next port.
BindAddress updates_beside(const BindAddress& commands);

/// Only processes of this host can connect to it.
bool is_of_this_host(const BindAddress& endpoint) noexcept;

/// True for a host that stands for all addresses of this machine.
bool is_wildcard(std::string_view host) noexcept;

}  // namespace bulletin::server
