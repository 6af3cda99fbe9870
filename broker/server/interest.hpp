// Which connections subscribe to what.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/rights.hpp"
#include "server/text_hash.hpp"

namespace bulletin::server {

struct Connection;

/// Subscriptions match as in ZeroMQ: a topic is heard by those who subscribe to a beginning of it.
/// Nearly all subscriptions are whole topics of a namespace, which are found by one look. What one
/// connection says concerns its own subscriptions only.
class Interest {
 public:
  struct Event {
    std::string space;
    bool subscribed = false;  ///< false: its last subscriber has left
    std::string user;         ///< that subscribed
  };
  enum class Outcome {
    subscribed,  ///< now, or before
    refused,     ///< it is a namespace that may not be read
  };

  Outcome subscribe(Connection& connection, std::string_view topic, const Rights& rights);
  void unsubscribe(Connection& connection, std::string_view topic);
  /// It has ended. At most `most` of its subscriptions go now, which is counted down; true: it has
  /// none any more.
  bool forget(Connection& connection, std::size_t& most);

  /// Since the last call, in their order; a namespace may be subscribed more than once.
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  [[nodiscard]] std::size_t events() const noexcept { return events_.size(); }

  /// Somebody subscribes to this topic.
  [[nodiscard]] bool has(std::string_view topic) const { return whole_.contains(topic); }
  [[nodiscard]] std::span<Connection* const> in(std::string_view topic) const;
  /// Those that subscribe to a beginning of it and are not `in` it, each once.
  [[nodiscard]] std::vector<Connection*> in_beginnings_of(std::string_view topic) const;

 private:
  using Connections = std::vector<Connection*>;

  void remove(Connection& connection, std::string_view topic, std::size_t place);

  absl::flat_hash_map<std::string, Connections, TextHash, std::equal_to<>> whole_;
  std::map<std::string, Connections, std::less<>> beginnings_;
  std::vector<Event> events_;
};

}  // namespace bulletin::server
