#include "server/welcome.hpp"

#include <string>

#include "wire/endpoint_text.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

/// How a client that reaches the commands reaches the updates.
wire::UpdatesPlace place_of(const BindAddress& commands, const BindAddress& updates) {
  if (updates.transport == BindAddress::Transport::ipc) {
    // Beside the commands, where clients look unless told otherwise.
    const bool beside = commands.transport == BindAddress::Transport::ipc &&
                        updates.path == commands.path + std::string(wire::updates_suffix);
    return {0, beside ? std::string() : to_string(updates)};
  }
  if (commands.transport == BindAddress::Transport::tcp &&
      (updates.host == commands.host || is_wildcard(updates.host))) {
    // Whatever way the client came, the updates are at another port.
    return {updates.port, {}};
  }
  BindAddress told = updates;
  // Who comes by ipc is on this host.
  if (is_wildcard(told.host)) told.host = "127.0.0.1";
  return {0, to_string(told)};
}

}  // namespace

wire::Welcome make_welcome(const BrokerOptions& options, const BindAddress& commands,
                           const BindAddress& updates) {
  wire::Welcome welcome;
  welcome.beat_ms = static_cast<std::uint64_t>(options.beat.count());
  welcome.session_ms = static_cast<std::uint64_t>(options.session_time.count());
  welcome.limits = options.limits;
  welcome.updates = options.advertise.empty() ? place_of(commands, updates)
                                              : wire::UpdatesPlace{0, options.advertise};
  return welcome;
}

}  // namespace bulletin::server
