#include "server/endpoint.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "server/log.hpp"

namespace bulletin::server {
namespace {

constexpr std::string_view tcp_scheme = "tcp://";
constexpr std::string_view ipc_scheme = "ipc://";

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view fault) {
  throw Error(
      Errc::rejected,
      fmt::format("{}: '{}' {}; write tcp://ADDRESS:PORT (PORT `*` for a free one) or ipc://PATH",
                  option, printable(text), printable(fault)));
}

std::uint16_t parse_port(std::string_view port, std::string_view text, std::string_view option) {
  if (port == "*") return 0;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || end != port.data() + port.size() || number == 0) {
    refuse(option, text, fmt::format("has the port '{}', which is not 1 to 65535", port));
  }
  return number;
}

Endpoint parse_tcp(std::string_view text, std::string_view option) {
  const std::string_view rest = text.substr(tcp_scheme.size());
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) refuse(option, text, "has no port");
  const std::string_view host = rest.substr(0, colon);
  if (host.empty()) refuse(option, text, "has no address");
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find(':') != std::string_view::npos) {
    refuse(option, text, "has an IPv6 address without brackets");
  }
  if (host.find_first_of(" /;@") != std::string_view::npos)
    refuse(option, text, "has no legal address");
  Endpoint endpoint;
  // ZeroMQ looks up no names when it binds; this one everybody writes.
  endpoint.host = host == "localhost" ? "127.0.0.1" : host;
  endpoint.port = parse_port(rest.substr(colon + 1), text, option);
  return endpoint;
}

void check_path(std::string_view path, std::string_view text, std::string_view option) {
  if (path.empty() || path == "*") refuse(option, text, "has no path");
  if (path.front() == '@')
    refuse(option, text, "is an abstract socket, which has no file that could be locked");
  if (path.size() > longest_path) {
    refuse(option, text,
           fmt::format("has a path of {} bytes, and a socket's path has at most {} here",
                       path.size(), longest_path));
  }
}

}  // namespace

Endpoint parse_endpoint(std::string_view text, std::string_view option) {
  if (printable(text) != text) refuse(option, text, "has control characters");
  if (text.starts_with(tcp_scheme)) return parse_tcp(text, option);
  if (!text.starts_with(ipc_scheme)) refuse(option, text, "is no endpoint");
  const std::string_view path = text.substr(ipc_scheme.size());
  check_path(path, text, option);
  return {.transport = Endpoint::Transport::ipc, .host = {}, .port = 0, .path = std::string(path)};
}

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.transport == Endpoint::Transport::ipc)
    return fmt::format("{}{}", ipc_scheme, endpoint.path);
  if (endpoint.port == 0) return fmt::format("{}{}:*", tcp_scheme, endpoint.host);
  return fmt::format("{}{}:{}", tcp_scheme, endpoint.host, endpoint.port);
}

Endpoint updates_beside(const Endpoint& commands) {
  Endpoint updates = commands;
  if (commands.transport == Endpoint::Transport::ipc) {
    updates.path += updates_suffix;
  } else if (commands.port == std::numeric_limits<std::uint16_t>::max()) {
    throw Error(Errc::rejected,
                "bind: after port 65535 there is none for the updates; name one with `updates`");
  } else if (commands.port != 0) {
    ++updates.port;
  }
  return updates;
}

bool is_of_this_host(const Endpoint& endpoint) noexcept {
  return endpoint.transport == Endpoint::Transport::ipc || endpoint.host == "localhost" ||
         endpoint.host == "lo" || endpoint.host.starts_with("127.") || endpoint.host == "[::1]";
}

bool is_wildcard(std::string_view host) noexcept {
  return host == "*" || host == "0.0.0.0" || host == "[::]";
}

}  // namespace bulletin::server
