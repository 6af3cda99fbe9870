// How much has come on a TCP connection, also of a message that is not whole yet.
#pragma once

#include <cstdint>

namespace bulletin::client {

/// Bytes since the connection was made, as the kernel counts them; 0 for what is no TCP connection.
/// Another thread may close the descriptor meanwhile: then it is another's count, or 0.
std::uint64_t bytes_received(int descriptor) noexcept;

}  // namespace bulletin::client
