// Where a broker is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulletin::client {

/// The endpoint to use: the given one, else $BULLETIN_ENDPOINT, else tcp://127.0.0.1:5570. There
/// may be several, with commas between them. Throws Error rejected for what cannot be one.
std::string choose_endpoint(std::string_view given);

/// The same text for every spelling of the same endpoints: two of them are equal, as far as can be
/// known without asking the network.
std::string canonical_endpoint(std::string_view chosen);

/// Each of them, in order.
std::vector<std::string> endpoints_in(std::string_view chosen);

/// The updates endpoint for a welcome that told a port: on tcp the address that the welcome came
/// from, on ipc the path plus ".updates". An empty address falls back to the host in the commands
/// endpoint.
std::string updates_endpoint(std::string_view commands, std::string_view peer_address,
                             std::uint64_t port);

/// Whether a client goes where a broker says that its updates are: to tcp and ipc only. Throws
/// Error rejected, with the fault.
void check_updates_endpoint(std::string_view endpoint);

/// ENDPOINT#NAMESPACE, percent-encoded.
std::string make_uri(std::string_view endpoint, std::string_view space);

struct BoardUri {
  std::string endpoint;
  std::string space;
};
/// Throws Error rejected for what is no such URI.
BoardUri parse_uri(std::string_view uri);

}  // namespace bulletin::client
