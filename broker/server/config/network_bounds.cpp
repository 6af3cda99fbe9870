#include "server/config/network_bounds.hpp"

#include <algorithm>

#include "server/config/descriptors.hpp"
#include "server/config/memory_plan.hpp"

namespace bulletin::server {
namespace {

/// How long one message may take on a slow line: the answer to a heartbeat may come behind it.
constexpr std::chrono::milliseconds longest_message{60'000};
constexpr std::chrono::milliseconds least_host_timeout{5000};

/// Each is a descriptor, and never one of the reserve.
std::size_t most_connections(const BrokerOptions& options) {
  const std::size_t descriptors = descriptor_limit();
  const std::size_t most =
      options.bounds.connections != 0
          ? std::min(options.bounds.connections, descriptors - reserved_descriptors())
          : descriptors / 2;
  return std::max<std::size_t>(most, 1);
}

}  // namespace

NetworkBounds::NetworkBounds(const BrokerOptions& given)
    : NetworkBounds(with_memory_divided(given), Divided()) {}

NetworkBounds::NetworkBounds(const BrokerOptions& options, Divided)
    : connections(most_connections(options)),
      handshaking(std::max<std::size_t>(options.bounds.handshaking_connections, 1)),
      bytes(options.bounds.network_bytes),
      reader_bytes(std::min(options.reader_bytes, bytes / 4)),
      topic_bytes(options.bounds.subscription_bytes),
      message_bytes(server::message_bytes(options)),
      silence(std::max(options.session_time / 4, Duration(1))),
      timeout(std::max(options.session_time, longest_message)),
      host_timeout(std::max(options.session_time / 2, least_host_timeout)) {}

}  // namespace bulletin::server
