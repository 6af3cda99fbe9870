#include "server/config/bind_address.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "server/telemetry/loggers.hpp"
#include "wire/endpoint_text.hpp"

namespace bulletin::server {
namespace {

using wire::ipc_scheme;
using wire::tcp_scheme;

}  // namespace

BindAddress parse_endpoint(std::string_view text, std::string_view option) {
  if (const std::string fault = wire::bind_fault(text); !fault.empty()) {
    throw Error(
        Errc::rejected,
        fmt::format("{}: '{}' {}; write tcp://ADDRESS:PORT (PORT `*` for a free one) or ipc://PATH",
                    option, printable(text), printable(fault)));
  }
  if (text.starts_with(ipc_scheme)) {
    return {.transport = BindAddress::Transport::ipc,
            .host = {},
            .port = 0,
            .path = std::string(text.substr(ipc_scheme.size()))};
  }
  const auto [host, port] = wire::host_and_port(text);
  BindAddress endpoint;
  // No names are looked up to bind; this one everybody writes.
  endpoint.host = host == "localhost" ? "127.0.0.1" : host;
  std::from_chars(port.data(), port.data() + port.size(), endpoint.port);  // `*`: stays 0
  return endpoint;
}

std::string to_string(const BindAddress& endpoint) {
  if (endpoint.transport == BindAddress::Transport::ipc)
    return fmt::format("{}{}", ipc_scheme, endpoint.path);
  if (endpoint.port == 0) return fmt::format("{}{}:*", tcp_scheme, endpoint.host);
  return fmt::format("{}{}:{}", tcp_scheme, endpoint.host, endpoint.port);
}

BindAddress updates_beside(const BindAddress& commands) {
  BindAddress updates = commands;
  if (commands.transport == BindAddress::Transport::ipc) {
    updates.path += wire::updates_suffix;
  } else if (commands.port == std::numeric_limits<std::uint16_t>::max()) {
    throw Error(Errc::rejected,
                "bind: after port 65535 there is none for the updates; name one with `updates`");
  } else if (commands.port != 0) {
    ++updates.port;
  }
  return updates;
}

bool is_of_this_host(const BindAddress& endpoint) noexcept {
  return endpoint.transport == BindAddress::Transport::ipc || endpoint.host == "localhost" ||
         endpoint.host == "lo" || endpoint.host.starts_with("127.") || endpoint.host == "[::1]";
}

bool is_wildcard(std::string_view host) noexcept {
  return host == "*" || host == "0.0.0.0" || host == "[::]";
}

}  // namespace bulletin::server
