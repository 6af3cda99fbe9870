// The answer to HELLO that opens a session.
#pragma once

#include <bulletin/broker.hpp>

#include "server/config/bind_address.hpp"
#include "wire/replies.hpp"

namespace bulletin::server {

/// The welcome without its session: times, limits, and how clients reach the updates.
wire::Welcome make_welcome(const BrokerOptions& options, const BindAddress& commands,
                           const BindAddress& updates);

}  // namespace bulletin::server
