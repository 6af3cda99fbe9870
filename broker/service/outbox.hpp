// Where the service's answers and updates go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "service/request.hpp"

namespace bulletin::service {

/// A subscription to a topic of its own kind: its reader waits for a beat on it, which proves that
/// what it subscribed to before is live.
struct Nonce {
  std::uint64_t connection = 0;
  std::string topic;
};

/// A reader of a namespace came, or its last one left. A namespace may be subscribed more than
/// once.
struct SubscriptionEvent {
  std::string space;
  bool subscribed = false;  ///< false: its last subscriber has left
  std::string user;         ///< that subscribed
};

/// What carries bytes to clients; never waits. A client that has gone, or does not read, gets
/// nothing.
class Outbox {
 public:
  virtual ~Outbox() = default;

  /// False for a client that does not read its answers: what it asks for need not be made.
  [[nodiscard]] virtual bool has_room_for(const Request& request) = 0;
  virtual void answer(const Request& request, std::string_view body) = 0;
  virtual void answer(const Nonce& nonce, std::string_view body) = 0;
  /// To all connections that subscribe to the topic and may read its namespace.
  virtual void publish(std::string_view topic, std::string_view body) = 0;

  [[nodiscard]] virtual bool is_heard(std::string_view topic) const = 0;
  /// Of the topic's subscribers, the user that is charged for the namespace; empty: there is none.
  [[nodiscard]] virtual std::string_view first_user_of(std::string_view topic) const = 0;
};

}  // namespace bulletin::service
