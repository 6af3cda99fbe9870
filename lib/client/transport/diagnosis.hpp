// Why no broker answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/transport/keys.hpp"

namespace bulletin::client {

/// For an error message: what is found at the endpoints (as of choose_endpoint) at which no broker
/// has answered, and what to do about it. Looks up the name, connects, and reads how a server there
/// greets; takes half a second at most. `ends_at_once`: handshakes of this client were ended as
/// soon as they began (ConnectionMonitor::ends_at_once).
std::string diagnose(std::string_view endpoints, const std::optional<Keys>& keys,
                     bool ends_at_once);

}  // namespace bulletin::client
