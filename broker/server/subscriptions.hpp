// Who listens to what, as far as an updates socket tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
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
  bool more = false;                ///< much more has come than could be read

  void clear() noexcept;
};

/// What a socket is subscribed to, so that it can be bounded. ZeroMQ tells of every subscription
/// and of the last end of one, so that what is counted for a topic only grows while somebody
/// subscribes to it: the sum is what is kept, or more.
class SubscriptionBook {
 public:
  void subscribed(std::string_view topic);
  /// By the last of its subscribers.
  void unsubscribed(std::string_view topic);
  void clear() noexcept;

  [[nodiscard]] bool has_namespace(std::string_view space) const;
  /// About what ZeroMQ needs for all of it is a multiple of this: the bytes of the topics, and some
  /// for each.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  absl::flat_hash_map<std::uint64_t, std::size_t> bytes_of_;  // by the hash of the topic
  std::size_t bytes_ = 0;
};

/// Reads an updates socket until it has nothing, or for 10 ms. Besides telling what it read, this
/// lets ZeroMQ put new subscriptions into force: it must come before any barrier or snapshot is
/// answered.
void read_subscriptions(zmq::socket_t& updates, SubscriptionBook& book, SubscriptionNews& news);

/// Exposed for tests: one message of a subscriber. Anything that is no subscription of ours is
/// only counted.
void take_subscription(std::string_view message, SubscriptionBook& book, SubscriptionNews& news);

}  // namespace bulletin::server
