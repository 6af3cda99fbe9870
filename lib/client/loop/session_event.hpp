// What became of the session, on its way from the core to the writer.
#pragma once

#include <cstdint>
#include <variant>

#include "wire/requests.hpp"

namespace bulletin::client {

struct SessionStarted {
  wire::SessionId session;
  bool follows_lost = false;
  std::uint64_t retry_ms = 0;
};

/// The broker has answered a KEEPALIVE that was sent then.
struct SessionLives {
  std::uint64_t asked_ms = 0;
};

struct SessionEnded {};

using SessionEvent = std::variant<SessionStarted, SessionLives, SessionEnded>;

}  // namespace bulletin::client
