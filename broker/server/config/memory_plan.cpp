#include "server/config/memory_plan.hpp"

#include <algorithm>

#include "server/config/host_memory.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

constexpr std::size_t mebibyte = 1u << 20;

/// Without what the program itself takes, and what a turn takes beside all that is kept.
std::size_t divided(std::size_t memory) noexcept {
  return memory - std::min(memory / 4, 64 * mebibyte);
}

/// A session, and the outcomes that it may keep when all together keep too much.
constexpr std::size_t session_bytes = 6u << 10;
/// One connection may have many namespaces, and no more.
constexpr std::size_t most_subscription_bytes = 128 * mebibyte;

/// A value that was left at its default.
void at_most(std::size_t& value, std::size_t by_default, std::size_t part) noexcept {
  if (value == by_default) value = std::min(value, part);
}

void follow(std::size_t& value, std::size_t part) noexcept {
  if (value == 0) value = part;
}

}  // namespace

std::size_t outcome_bytes(std::size_t memory) noexcept {
  return std::min(divided(memory) / 16, 256 * mebibyte);
}

std::size_t session_outcome_bytes(std::size_t memory) noexcept {
  return std::min(outcome_bytes(memory) / 2, 16 * mebibyte);
}

std::size_t message_bytes(const BrokerOptions& options) noexcept {
  const std::size_t needed = options.limits.transaction_bytes + mebibyte;
  return std::min(std::max(divided(options.memory) / 24, needed), wire::message_bytes);
}

std::size_t store_buffer_bytes(std::size_t memory) noexcept {
  return std::min(divided(memory) / 64, 32 * mebibyte);
}

BrokerOptions with_memory_divided(BrokerOptions options) {
  follow(options.memory, std::max(host_memory(), least_memory));
  const BrokerOptions by_default;
  const std::size_t part = divided(options.memory);
  BrokerBounds& bounds = options.bounds;
  follow(bounds.bytes, part / 2);
  follow(bounds.namespace_bytes, bounds.bytes);
  follow(bounds.network_bytes, part / 8);
  follow(bounds.subscription_bytes, std::min(bounds.network_bytes / 4, most_subscription_bytes));
  at_most(bounds.sessions, by_default.bounds.sessions, part / 8 / session_bytes);
  at_most(options.log_bytes, by_default.log_bytes, part / 16);
  at_most(options.reader_bytes, by_default.reader_bytes, bounds.network_bytes / 4);
  Limits& limits = options.limits;
  const std::size_t transaction = part / 48;
  at_most(limits.value_bytes, by_default.limits.value_bytes, transaction);
  at_most(limits.transaction_bytes, by_default.limits.transaction_bytes,
          std::max(transaction, limits.value_bytes));
  return options;
}

}  // namespace bulletin::server
