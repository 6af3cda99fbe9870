// The addresses at which clients connect, and when newcomers are accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <spdlog/logger.h>

#include <bulletin/broker.hpp>

#include "server/net/event_poll.hpp"
#include "server/net/listener.hpp"
#include "server/telemetry/log_throttle.hpp"

namespace bulletin::server {

class Listeners {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// They are polled with the ids from `first_id` on. Throws Error rejected, which names the
  /// endpoint and says what to do.
  Listeners(const BrokerOptions& options, EventPoll& poll, std::uint64_t first_id,
            spdlog::logger& log);

  [[nodiscard]] const BindAddress& commands() const noexcept { return listeners_[0].endpoint(); }
  [[nodiscard]] const BindAddress& updates() const noexcept { return listeners_[1].endpoint(); }

  /// Nothing: nobody waits, or it pauses.
  std::optional<Listener::Accepted> accept(std::uint64_t id, Time now);
  /// Of descriptors or memory there may be some again later.
  void pause(int error, Time now);
  /// The kernel keeps newcomers, as many as its queue takes, until `resume`.
  void let_wait() { poll(false); }
  /// Unless it pauses yet.
  void resume(Time now);
  [[nodiscard]] bool wait() const noexcept { return !polled_; }

  /// Nobody can connect any more, although a forked child of the host has copies of them.
  void close() noexcept;

 private:
  void poll(bool polled);

  EventPoll& poll_;
  const std::uint64_t first_id_;
  spdlog::logger& log_;
  std::vector<Listener> listeners_;  // commands, updates
  bool polled_ = true;
  Time pauses_until_{};
  std::uint64_t failures_ = 0;
  LogThrottle throttle_;
};

}  // namespace bulletin::server
