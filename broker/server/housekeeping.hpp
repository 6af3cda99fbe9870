// What the broker looks after beside its turns.
#pragma once

#include <chrono>
#include <cstdint>

#include <spdlog/logger.h>

#include "authority/authority.hpp"
#include "server/access/unknown_key_log.hpp"
#include "server/net/network.hpp"
#include "server/telemetry/log_throttle.hpp"
#include "server/telemetry/quota_log.hpp"
#include "service/counters.hpp"
#include "service/metrics.hpp"

namespace bulletin::server {

/// Tends the network, and logs what an operator has to know.
class Housekeeping {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// All have to outlive it.
  Housekeeping(Network& network, const authority::Authority& authority,
               const service::Counters& counters, spdlog::logger& log, Time now)
      : network_(network),
        authority_(authority),
        counters_(counters),
        log_(log),
        descriptors_seen_(now),
        network_tended_(now) {}

  /// In each turn.
  void pass(Time now);
  [[nodiscard]] Time next() const { return network_tended_ + network_.next_look(); }

 private:
  void tend_network(Time now);
  void report_drops(Time now);
  void report_descriptors(Time now);
  void report_unknown_keys(Time now);

  Network& network_;
  const authority::Authority& authority_;
  const service::Counters& counters_;
  spdlog::logger& log_;
  Time descriptors_seen_;
  Time network_tended_;
  std::uint64_t accept_paused_ = 0;  // when it was last logged
  UnknownKeyLog unknown_key_log_;
  LogThrottle losses_throttle_;
  LogThrottle unclaimed_throttle_;
  LogThrottle unknown_keys_throttle_;
  QuotaLog quota_log_;
};

}  // namespace bulletin::server
