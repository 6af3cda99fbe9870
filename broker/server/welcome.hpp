// What a client is told when it comes.
#pragma once

#include <cstdint>
#include <optional>

#include <bulletin/broker.hpp>

#include "server/config/bind_address.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

/// The welcome without its session: times, limits, and how clients reach the updates.
wire::Welcome make_welcome(const BrokerOptions& options, const BindAddress& commands,
                           const BindAddress& updates);

/// The newest version that both sides speak; nullopt: there is none.
std::optional<std::uint64_t> common_version(const wire::Hello& hello) noexcept;

/// Names what each side speaks.
wire::Refusal wrong_version(const wire::Hello& hello);

}  // namespace bulletin::server
