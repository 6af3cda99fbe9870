#include "server/welcome.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// Tells a client that reaches the commands how to reach the updates.
void place_updates(wire::Welcome& welcome, const Endpoint& commands, const Endpoint& updates) {
  if (updates.transport == Endpoint::Transport::ipc) {
    // Beside the commands, where clients look unless told otherwise.
    const bool beside = commands.transport == Endpoint::Transport::ipc &&
                        updates.path == commands.path + std::string(updates_suffix);
    if (!beside) welcome.updates_endpoint = to_string(updates);
    return;
  }
  if (commands.transport == Endpoint::Transport::tcp &&
      (updates.host == commands.host || is_wildcard(updates.host))) {
    // Whatever way the client came, the updates are one port further on.
    welcome.updates_port = updates.port;
    return;
  }
  Endpoint told = updates;
  // Who comes by ipc is on this host.
  if (is_wildcard(told.host)) told.host = "127.0.0.1";
  welcome.updates_endpoint = to_string(told);
}

}  // namespace

wire::Welcome make_welcome(const BrokerOptions& options, const Endpoint& commands,
                           const Endpoint& updates) {
  wire::Welcome welcome;
  if (options.advertise.empty()) {
    place_updates(welcome, commands, updates);
  } else {
    welcome.updates_endpoint = options.advertise;
  }
  welcome.beat_ms = static_cast<std::uint64_t>(options.beat.count());
  welcome.session_ms = static_cast<std::uint64_t>(options.session_time.count());
  welcome.limits = options.limits;
  return welcome;
}

std::optional<std::uint64_t> common_version(const wire::Hello& hello) noexcept {
  const std::uint64_t newest = std::min(hello.highest, wire::highest_version);
  if (newest < std::max(hello.lowest, wire::lowest_version)) return std::nullopt;
  return newest;
}

wire::Refusal wrong_version(const wire::Hello& hello) {
  return {wire::Status::wrong_version,
          fmt::format("this broker speaks the protocol versions {} to {}, the client {} to {}",
                      wire::lowest_version, wire::highest_version, hello.lowest, hello.highest),
          {}};
}

}  // namespace bulletin::server
