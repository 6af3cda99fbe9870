// Who listens to what, as far as the updates socket tells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

namespace bulletin::server {

/// What changed since the last look. Views are not used: the frames are gone.
struct SubscriptionNews {
  struct Event {
    std::string space;
    bool subscribed = false;  ///< false: the last subscriber has left
  };

  std::vector<Event>
      events;  ///< in the order of their arrival; a namespace may be subscribed more than once
  std::vector<std::string> nonces;  ///< topics to answer with a beat
  std::size_t messages = 0;         ///< all that was read

  void clear() noexcept;
};

/// Reads the updates socket until it has nothing. Besides telling what it read, this lets ZeroMQ
/// put new subscriptions into force: it must come before any barrier or snapshot is answered.
void read_subscriptions(zmq::socket_t& updates, SubscriptionNews& news);

/// Exposed for tests: one message of a subscriber. Anything that is no subscription of ours is
/// passed over.
void take_subscription(std::string_view message, SubscriptionNews& news);

}  // namespace bulletin::server
