// Where a socket of this process is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bulletin::server {

/// Of a TCP socket; nothing for what is none.
std::optional<std::uint16_t> local_port(int descriptor);

/// The port, or the path of a Unix socket. Nothing for what is no socket, or of another kind.
std::optional<std::string> local_address(int descriptor);

}  // namespace bulletin::server
