// The last answers, when the broker ends.
#pragma once

#include <chrono>

#include "server/net/held_bytes.hpp"

namespace bulletin::server {

/// Sends what waits for clients with requests, and reads away what they send until they close: a
/// connection that is closed with unread bytes is reset, and then answers on the way are lost.
/// Takes at most `longest`.
void linger(const Connections& connections, std::chrono::milliseconds longest);

}  // namespace bulletin::server
