// The process around the service.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/metrics.hpp"

namespace bulletin::service {

class Host {
 public:
  virtual ~Host() = default;

  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_time() const = 0;
  /// Adds what only the process knows: its version, its connections, its configuration.
  virtual void describe(Metrics& metrics) const = 0;

  // For the log.
  virtual void on_malformed(std::size_t bytes, std::string_view reason) = 0;
  virtual void on_session_opened(std::uint64_t session, std::string_view name,
                                 std::string_view host) = 0;
  virtual void on_session_closed(std::uint64_t session) = 0;
  virtual void on_subscription_refused(std::string_view space, std::string_view reason) = 0;
};

}  // namespace bulletin::service
