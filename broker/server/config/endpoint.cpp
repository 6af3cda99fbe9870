#include "server/config/endpoint.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "server/telemetry/log.hpp"
#include "wire/endpoint_text.hpp"

namespace bulletin::server {
namespace {

using wire::ipc_scheme;
using wire::tcp_scheme;

}  // namespace

Endpoint parse_endpoint(std::string_view text, std::string_view option) {
  if (const std::string fault = wire::bind_fault(text); !fault.empty()) {
    throw Error(
        Errc::rejected,
        fmt::format("{}: '{}' {}; write tcp://ADDRESS:PORT (PORT `*` for a free one) or ipc://PATH",
                    option, printable(text), printable(fault)));
  }
  if (text.starts_with(ipc_scheme)) {
    return {.transport = Endpoint::Transport::ipc,
            .host = {},
            .port = 0,
            .path = std::string(text.substr(ipc_scheme.size()))};
  }
  const auto [host, port] = wire::host_and_port(text);
  Endpoint endpoint;
  // No names are looked up to bind; this one everybody writes.
  endpoint.host = host == "localhost" ? "127.0.0.1" : host;
  std::from_chars(port.data(), port.data() + port.size(), endpoint.port);  // `*`: stays 0
  return endpoint;
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
    updates.path += wire::updates_suffix;
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
