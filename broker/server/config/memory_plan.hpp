// What of the broker's memory is for what (decision 0009).
#pragma once

#include <cstddef>

#include <bulletin/broker.hpp>

namespace bulletin::server {

/// So much it has at least.
inline constexpr std::size_t least_memory = 64u << 20;

/// The same options with `memory` and all bounds that follow from it: those that are 0 or that are
/// as by default. Others stay as they are.
BrokerOptions with_memory_divided(BrokerOptions options);

// Parts of `memory` that are no options, of options that are divided.

/// Outcomes that all sessions keep, and those of one.
std::size_t outcome_bytes(std::size_t memory) noexcept;
std::size_t session_outcome_bytes(std::size_t memory) noexcept;
/// One message, which holds the largest transaction: while it is carried out, there are about six
/// of it.
std::size_t message_bytes(const BrokerOptions& options) noexcept;
/// Each of the store's buffers, of which there are four.
std::size_t store_buffer_bytes(std::size_t memory) noexcept;

}  // namespace bulletin::server
