// The text of an endpoint: which may be bound, and which may be connected to.
#pragma once

#include <string>
#include <string_view>

namespace bulletin::wire {

inline constexpr std::string_view tcp_scheme = "tcp://";
inline constexpr std::string_view ipc_scheme = "ipc://";

/// What is appended to the path of the commands socket to make that of the updates socket.
inline constexpr std::string_view updates_suffix = ".updates";

/// The longest path of a socket: sockaddr_un has 108 bytes, the last one is NUL, and there has to
/// be room for the suffix.
inline constexpr std::size_t longest_socket_path = 107 - updates_suffix.size();

/// What is wrong with an endpoint to connect to, such as "has no port": a text that follows the
/// endpoint. Empty: nothing.
std::string connect_fault(std::string_view endpoint);

/// The same of an endpoint to bind: host and port may be `*`.
std::string bind_fault(std::string_view endpoint);

/// HOST:PORT of a tcp endpoint, taken apart at its last colon. An IPv6 address keeps its brackets.
struct HostAndPort {
  std::string_view host;
  std::string_view port;
};
HostAndPort host_and_port(std::string_view tcp_endpoint);

}  // namespace bulletin::wire
