#include "server/default_quotas.hpp"

#include <cstdint>

#include "authority/options.hpp"
#include "server/host_memory.hpp"
#include "server/network_bounds.hpp"

namespace bulletin::server {

authority::Quota default_quota(const BrokerOptions& options) {
  using authority::Resource;
  authority::Quota quota = authority::Quota::of_each(authority::no_quota);
  const auto half = [](std::uint64_t bound) { return bound - bound / 2; };
  const BrokerBounds& bounds = options.bounds;
  const NetworkBounds network(options);
  quota[Resource::sessions] = half(bounds.sessions);
  quota[Resource::namespaces] = half(bounds.namespaces);
  quota[Resource::attributes] = half(bounds.attributes);
  quota[Resource::bytes] = half(bounds.bytes == 0 ? host_memory() / 2 : bounds.bytes);
  quota[Resource::outcome_bytes] = half(authority::Bounds{}.all_kept_outcome_bytes);
  quota[Resource::connections] = half(network.connections);
  quota[Resource::network_bytes] = half(network.bytes);
  return quota;
}

}  // namespace bulletin::server
