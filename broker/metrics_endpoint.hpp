// The metrics over HTTP.
#pragma once

#include <memory>
#include <string>

#include "server/server.hpp"

namespace bulletin {

/// Throws Error rejected for what is not ADDRESS:PORT; see MetricsEndpoint.
void check_metrics_address(const std::string& address);

/// Answers GET /metrics on an address of its own, with a thread of its own, as long as it lives:
/// with what the broker's loop says at that moment, or 503 when that says nothing for two seconds.
/// Of many connections, the oldest ends for each new one.
class MetricsEndpoint {
 public:
  /// `address`: ADDRESS:PORT, such as 127.0.0.1:9570 or [::1]:9570; `*` as the port: a free one.
  /// Throws Error rejected, which names it.
  MetricsEndpoint(server::Server& server, const std::string& address);
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  /// http://ADDRESS:PORT/metrics, with the real port.
  [[nodiscard]] const std::string& url() const noexcept { return url_; }

 private:
  class Daemon;

  std::string url_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace bulletin
