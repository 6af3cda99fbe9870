// What a client is told when it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <bulletin/broker.hpp>

#include "server/endpoint.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

using wire::UpdatesPlace;

/// The welcome without its session and where the updates are: times and limits.
wire::Welcome make_welcome(const BrokerOptions& options);

/// How clients reach each of the updates endpoints; the first is the one that may be advertised.
std::vector<UpdatesPlace> places_of_updates(const BrokerOptions& options, const Endpoint& commands,
                                            std::span<const Endpoint> updates);

/// The newest version that both sides speak; nullopt: there is none.
std::optional<std::uint64_t> common_version(const wire::Hello& hello) noexcept;

/// Names what each side speaks.
wire::Refusal wrong_version(const wire::Hello& hello);

}  // namespace bulletin::server
