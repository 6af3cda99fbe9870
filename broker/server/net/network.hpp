// The broker's listeners and connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

#include <bulletin/broker.hpp>

#include "authority/quota.hpp"
#include "server/access/access.hpp"
#include "server/access/unknown_key_log.hpp"
#include "server/config/network_bounds.hpp"
#include "server/net/connection.hpp"
#include "server/net/connection_table.hpp"
#include "server/net/event_poll.hpp"
#include "server/net/listeners.hpp"
#include "server/net/liveness.hpp"
#include "server/net/subscription_table.hpp"
#include "server/net/wake_up.hpp"
#include "server/telemetry/log_throttle.hpp"
#include "service/counters.hpp"
#include "service/outbox.hpp"
#include "service/request.hpp"

namespace bulletin::server {

/// Speaks ZMTP with all clients, on the broker's own thread. Every byte that a connection makes it
/// hold is bounded: what arrives is read only as fast as it is served, and who does not read what
/// is sent is served no more, or misses updates.
class Network : public service::Outbox {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `access`: which users may connect, and what each may have; it may change (`follow`), and has
  /// to outlive this. Throws Error rejected, which names the endpoint and says what to do.
  Network(const BrokerOptions& options, const Access& access, service::Counters& counters,
          spdlog::logger& log);
  ~Network() override;

  [[nodiscard]] const BindAddress& commands_endpoint() const noexcept {
    return listeners_.commands();
  }
  [[nodiscard]] const BindAddress& updates_endpoint() const noexcept {
    return listeners_.updates();
  }

  /// Reads what has arrived, as far as it can be served in one turn. What was read before is gone.
  void read(std::size_t most_requests, Time now);
  [[nodiscard]] std::span<service::Request> requests() noexcept { return requests_; }
  /// One of them is of a connection whose requests cost much.
  [[nodiscard]] bool has_costly_request() const noexcept { return has_costly_request_; }
  /// To be answered with a beat.
  [[nodiscard]] std::span<const service::Nonce> nonces() const noexcept { return nonces_; }
  /// Since the last call, in their order; a namespace may be subscribed more than once.
  std::vector<service::SubscriptionEvent> take_subscription_events() {
    return subscriptions_.take_events();
  }
  /// Frames and messages of all kinds, requests included, that were read in this turn.
  [[nodiscard]] std::size_t messages() const noexcept { return messages_; }
  /// Nothing more had arrived when the last turn was read.
  [[nodiscard]] bool drained() const noexcept {
    return read_all_ && handshakes_to_read_.empty() && !connections_.some_may_be_served() &&
           !connections_.releasing();
  }

  // Outbox: an answer to a connection that has gone is dropped, and counted.
  [[nodiscard]] bool has_room_for(const service::Request& request) override;
  void answer(const service::Request& request, std::string_view body) override;
  void answer(const service::Nonce& nonce, std::string_view body) override;
  void publish(std::string_view topic, std::string_view body) override;
  [[nodiscard]] bool is_heard(std::string_view topic) const override {
    return subscriptions_.has(topic);
  }
  [[nodiscard]] std::string_view first_user_of(std::string_view topic) const override;

  /// Sends what was made since, and lets those go that end. At the end of each turn.
  void flush();
  /// Heartbeats and bounds. Call it every `next_look`.
  void tend(Time now);
  [[nodiscard]] std::chrono::milliseconds next_look() const;
  /// `access` has changed: ends the connections whose users are not let in any more, or may not do
  /// the same.
  void follow(const Access& before);

  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  /// What each user has of what is counted here.
  [[nodiscard]] const authority::Accounts& accounts() const noexcept { return accounts_; }
  /// Those with unknown keys since the last call; of many, the first ones.
  std::vector<UnknownKey> take_unknown_keys() { return std::exchange(unknown_keys_, {}); }
  [[nodiscard]] std::uint64_t unusable() const noexcept { return unusable_; }

  /// `wait` ends when this is raised, and clears it. It has to outlive this.
  void wake_by(WakeUp& wake_up);
  /// Waits until something has arrived, it is woken, or `until` has
  /// come. Call it only when `drained`.
  void wait(Time until);

 private:
  void accept(std::uint64_t listener, Time now);
  [[nodiscard]] bool is_full() const noexcept;
  void serve_waiting();
  void shake_hands();
  void count_work(const Connection& connection);
  void let_wait(Connection& connection, std::string_view bytes);
  void receive(Connection& connection);
  void take(Connection& connection, std::string_view bytes);
  bool take_event(Connection& connection, zmtp::Peer::Event event);
  void admit(Connection& connection);
  void subscribe(Connection& connection);
  static void count_subscriptions(Connection& connection);
  void release_ended();
  void leave(Connection& connection);
  void make_room();

  const NetworkBounds bounds_;
  const Access& access_;
  service::Counters& counters_;
  spdlog::logger& log_;
  std::optional<zmtp::KeyPair> keys_;
  EventPoll poll_;
  Listeners listeners_;
  ConnectionTable connections_;
  Liveness liveness_;
  authority::Accounts accounts_;
  std::map<std::uint64_t, Time> handshaking_;  // by id: in the order in which they came
  std::uint64_t ids_;
  SubscriptionTable subscriptions_;

  std::span<const epoll_event> events_;
  bool polled_ = false;  // by `wait`, for the next turn
  std::vector<service::Request> requests_;
  std::size_t request_bytes_ = 0;
  std::size_t most_requests_ = 0;
  bool has_costly_request_ = false;
  unsigned work_of_one_ = 0;                     // in tenths of a microsecond, as what follows
  unsigned work_ = 0;                            // of all in this turn that are admitted
  unsigned handshake_work_ = 0;                  // of the others
  std::vector<Connection*> handshakes_to_read_;  // with input in this turn
  std::vector<service::Nonce> nonces_;
  std::size_t messages_ = 0;
  bool read_all_ = true;
  std::vector<char> arrived_;
  WakeUp* wake_up_ = nullptr;
  LogThrottle topics_throttle_;
  std::uint64_t refused_ = 0;
  std::vector<UnknownKey> unknown_keys_;
  std::uint64_t unusable_ = 0;
};

}  // namespace bulletin::server
