// Every client is three connections.
#pragma once

#include <cstddef>

namespace bulletin::server {

/// Lets this process open as many descriptors as it may. A broker that runs out of them spins on
/// connections that it cannot accept. Throws Error rejected when there are not even those that it
/// needs without clients.
void raise_descriptor_limit();

/// Throws Error rejected when this process cannot open as many more as a broker without clients
/// needs.
void require_free_descriptors();

/// How many this process may have.
std::size_t descriptor_limit() noexcept;

/// So many of these are never a connection's: files that are read again, the store, backups and
/// metrics go on when there are as many connections as there can be.
std::size_t reserved_descriptors() noexcept;

/// The reserve is in use, or will be with the next descriptor.
bool reserve_is_reached() noexcept;

/// True when most descriptors that this process may have are in use, those of a host included.
bool descriptors_are_scarce() noexcept;

}  // namespace bulletin::server
