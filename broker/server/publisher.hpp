// Tells those who may read of what happens.
#pragma once

#include <span>
#include <string_view>

#include "authority/authority.hpp"
#include "server/net/network.hpp"
#include "service/query_router.hpp"
#include "wire/epoch.hpp"

namespace bulletin::server {

/// The network, seen from the side of what is told.
class Publisher {
 public:
  Publisher(Network& network, const service::QueryRouter& queries) noexcept
      : network_(network), queries_(queries) {}

  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void beat(std::string_view space);
  /// Proves subscriptions live, by the news that was read in this turn.
  void answer_nonces(const wire::Epoch& epoch);

 private:
  Network& network_;
  const service::QueryRouter& queries_;
};

}  // namespace bulletin::server
