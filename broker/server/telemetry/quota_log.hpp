// When the log tells of quotas that users have reached.
#pragma once

#include <array>
#include <chrono>

#include <spdlog/logger.h>

#include "authority/quota.hpp"
#include "server/telemetry/log_throttle.hpp"

namespace bulletin::server {

/// Each resource at once, and then at most once in ten seconds, with the user that asked last.
class QuotaLog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Each resource is counted in one of the two.
  void report(const authority::Accounts& authority, const authority::Accounts& network, Time now,
              spdlog::logger& log);

 private:
  std::array<LogThrottle, authority::all_resources.size()> throttle_;
};

}  // namespace bulletin::server
