#include "server/access/default_quotas.hpp"

#include <cstdint>

#include "server/config/memory_plan.hpp"
#include "server/config/network_bounds.hpp"

namespace bulletin::server {

authority::Quota default_quota(const BrokerOptions& given) {
  const BrokerOptions options = with_memory_divided(given);
  using authority::Resource;
  authority::Quota quota = authority::Quota::of_each(authority::no_quota);
  const auto half = [](std::uint64_t bound) { return bound - bound / 2; };
  const BrokerBounds& bounds = options.bounds;
  const NetworkBounds network(options);
  quota[Resource::sessions] = half(bounds.sessions);
  quota[Resource::namespaces] = half(bounds.namespaces);
  quota[Resource::attributes] = half(bounds.attributes);
  quota[Resource::bytes] = half(bounds.bytes);
  quota[Resource::outcome_bytes] = half(outcome_bytes(options.memory));
  quota[Resource::connections] = half(network.connections);
  quota[Resource::network_bytes] = half(network.bytes);
  return quota;
}

}  // namespace bulletin::server
