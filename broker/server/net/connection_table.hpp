// The connections, what is to be sent on them, and which of them end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

#include "server/config/network_bounds.hpp"
#include "server/net/connection.hpp"
#include "server/net/descriptor.hpp"
#include "server/net/event_poll.hpp"
#include "server/net/fair_queue.hpp"
#include "server/net/held_bytes.hpp"
#include "server/net/request_rate_limiter.hpp"
#include "server/telemetry/log_throttle.hpp"
#include "service/counters.hpp"

namespace bulletin::server {

/// A connection ends at the end of a turn: until `release_ended` a pointer to it is good.
class ConnectionTable {
 public:
  /// `poll`: learns what each connection waits for.
  ConnectionTable(EventPoll& poll, const NetworkBounds& bounds, service::Counters& counters,
                  spdlog::logger& log)
      : poll_(poll), bounds_(bounds), counters_(counters), log_(log) {}

  /// It is polled for input from now on. Throws std::system_error when the kernel cannot poll it.
  Connection& add(std::unique_ptr<Connection> connection);
  /// Null: it is not there, or ends.
  [[nodiscard]] Connection* find(std::uint64_t id) const;
  [[nodiscard]] const Connections& all() const noexcept { return connections_; }
  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

  /// False while too much of what was made for it waits to be sent.
  [[nodiscard]] bool may_be_served(const Connection& connection) const;
  /// Its input waits until `next_waiting` or `next_costly` tells of it.
  void let_wait(Connection& connection);
  /// Users take turns. Null: none may be served now.
  [[nodiscard]] Connection* next_waiting() { return next_of(waiting_); }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  /// The same of those that are `costly`, which are not among the others.
  [[nodiscard]] Connection* next_costly() { return next_of(costly_); }
  [[nodiscard]] std::size_t waiting_costly() const noexcept { return costly_.size(); }
  /// One of those that wait may be served now: its user has not asked for more than it may.
  [[nodiscard]] bool some_may_be_served() const;

  /// How many requests users send.
  [[nodiscard]] RequestRateLimiter& rates() noexcept { return rates_; }

  /// It has new output, which `flush` sends.
  void touch(Connection& connection);
  /// Tries again to send what the kernel had no memory for.
  void touch_failed();
  void flush();
  void flush(Connection& connection);
  /// Tells the poll what the connection waits for now.
  void watch(Connection& connection);

  /// Its peer has closed. It ends when what the peer sent before has been served.
  void lose(Connection& connection);
  /// So many bytes have been received, or made to be sent: a turn can make so much that the next
  /// `bound_bytes` would come too late.
  void account(std::size_t bytes);
  /// Those end that keep too much.
  void bound_bytes();

  void end(Connection& connection, std::string_view reason);
  /// Closes those that have ended, and calls `leave(Connection&)` with each. Then it destroys those
  /// for which `release(Connection&)` returns true; from the first other one on they have later
  /// turns.
  template <class Leave, class Release>
  void release_ended(Leave&& leave, Release&& release) {
    for (Connection* const connection : ending_) {
      poll_.remove(connection->socket.get());
      connection->close();
      leave(*connection);
      releasing_.push_back(connection);
    }
    ending_.clear();
    while (!releasing_.empty() && release(*releasing_.front())) {
      connections_.erase(connections_.find(releasing_.front()->id));
      releasing_.pop_front();
    }
  }
  /// Some have ended and are not released yet.
  [[nodiscard]] bool releasing() const noexcept { return !releasing_.empty(); }

 private:
  Connection* next_of(FairQueue& queue);

  EventPoll& poll_;
  const NetworkBounds& bounds_;
  service::Counters& counters_;
  spdlog::logger& log_;
  Connections connections_;
  FairQueue waiting_;
  FairQueue costly_;
  RequestRateLimiter rates_;
  std::vector<Connection*> to_flush_;
  std::vector<Connection*> ending_;
  std::size_t unlooked_bytes_ = 0;  // accounted since the bounds were looked at
  LogThrottle too_large_throttle_;
  std::deque<Connection*> releasing_;  // closed
};

}  // namespace bulletin::server
