#include "server/check_options.hpp"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/endpoint.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {
namespace {

void check_range(std::string_view option, std::int64_t value, std::int64_t least,
                 std::int64_t most) {
  if (value >= least && value <= most) return;
  throw Error(Errc::rejected,
              fmt::format("{}: {} is not between {} and {}", option, value, least, most));
}

void check_bytes(std::string_view option, std::size_t value, std::size_t least, std::size_t most) {
  check_range(option, static_cast<std::int64_t>(value), static_cast<std::int64_t>(least),
              static_cast<std::int64_t>(most));
}

void check_times(const BrokerOptions& options) {
  constexpr std::int64_t hour = 3'600'000;
  check_range("beat-ms", options.beat.count(), 1, hour);
  // A client renews its session with what it sends between beats.
  check_range("session-ms", options.session_time.count(), 2 * options.beat.count(), 24 * hour);
}

void check_limits(const Limits& limits) {
  // What is beside the values in a message fits into the rest.
  constexpr std::size_t most_transaction = wire::message_bytes - (1u << 20);
  check_bytes("limit-name-bytes", limits.name_bytes, 1, wire::name_bytes);
  check_bytes("limit-namespace-bytes", limits.namespace_bytes, 1, wire::namespace_bytes);
  check_bytes("limit-transaction-bytes", limits.transaction_bytes, 1, most_transaction);
  check_bytes("limit-value-bytes", limits.value_bytes, 1, limits.transaction_bytes);
  check_bytes("limit-transaction-operations", limits.transaction_operations, 1, 1u << 20);
}

void check_endpoints(const BrokerOptions& options) {
  const Endpoint commands = parse_endpoint(options.bind, "bind");
  if (options.updates.empty()) {
    updates_beside(commands);
  } else {
    parse_endpoint(options.updates, "updates");
  }
  if (options.advertise.empty() || options.advertise.starts_with("tcp://") ||
      options.advertise.starts_with("ipc://")) {
    return;
  }
  throw Error(Errc::rejected,
              fmt::format("advertise: '{}' is no endpoint; write the tcp://ADDRESS:PORT or "
                          "ipc://PATH at which clients reach the updates",
                          options.advertise));
}

}  // namespace

void check_options(const BrokerOptions& options) {
  constexpr std::size_t most_memory = std::size_t(1) << 40;
  check_endpoints(options);
  check_times(options);
  check_limits(options.limits);
  check_bytes("log-bytes", options.log_bytes, 0, most_memory);
  check_bytes("reader-bytes", options.reader_bytes, wire::update_bytes, most_memory);
}

}  // namespace bulletin::server
