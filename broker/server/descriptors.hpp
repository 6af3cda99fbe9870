// Every client is two connections.
#pragma once

namespace bulletin::server {

/// Lets this process open as many descriptors as it may. A broker that runs out of them would spin
/// on connections that it cannot accept.
void raise_descriptor_limit() noexcept;

}  // namespace bulletin::server
