// Which connections subscribe to what.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_set.h>

#include "service/outbox.hpp"
#include "service/rights.hpp"
#include "service/text_hash.hpp"
#include "wire/limits.hpp"

namespace bulletin::server {

struct Connection;

/// What at least one connection subscribes to. Its text is kept here only.
struct Topic {
  explicit Topic(std::string_view topic);

  const std::string text;
  const bool whole;                      ///< all of a namespace's topic, not a beginning
  std::vector<Connection*> subscribers;  ///< never none; the first one is charged for the topic
};

/// Subscriptions match as in ZeroMQ: a topic is heard by those who subscribe to a beginning of it.
/// Nearly all subscriptions are whole topics of a namespace, which are found by one look. What can
/// never be heard is not kept. What one connection says concerns its own subscriptions only.
///
/// Each connection is charged for the memory of its subscriptions (`Connection::topic_bytes`): the
/// first that hears a namespace also for what the broker keeps of it.
class SubscriptionTable {
 public:
  using Event = service::SubscriptionEvent;
  enum class Outcome {
    subscribed,  ///< now, or before
    refused,     ///< it can hear nothing: a namespace that may not be read, or no topic's beginning
    too_many,    ///< beginnings: `most_beginnings`
  };

  /// Of one connection. A program that observes has a few.
  static constexpr std::size_t most_beginnings = 256;

  explicit SubscriptionTable(std::uint64_t hash_seed)
      : topics_(0, service::HashOfText(hash_seed)) {}

  Outcome subscribe(Connection& connection, std::string_view topic, const service::Rights& rights);
  [[nodiscard]] bool subscribes(const Connection& connection, std::string_view topic) const;
  void unsubscribe(Connection& connection, std::string_view topic);
  /// It has ended. At most `most` of its subscriptions go now, which is counted down; true: it has
  /// none any more.
  bool forget(Connection& connection, std::size_t& most);

  /// Since the last call, in their order; a namespace may be subscribed more than once.
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  [[nodiscard]] std::size_t events() const noexcept { return events_.size(); }

  /// Somebody subscribes to this topic.
  [[nodiscard]] bool has(std::string_view topic) const { return !in(topic).empty(); }
  [[nodiscard]] std::span<Connection* const> in(std::string_view topic) const;
  /// Those that subscribe to a beginning of it and are not `in` it, each once.
  [[nodiscard]] std::vector<Connection*> in_beginnings_of(std::string_view topic) const;

 private:
  using Connections = std::vector<Connection*>;

  void remove(Connection& connection, Topic& topic, std::size_t place);
  void count_beginning(const Topic& topic, bool there);

  absl::flat_hash_set<service::Hashed<std::unique_ptr<Topic>>, service::HashOfText,
                      service::SameText>
      topics_;
  std::array<std::size_t, wire::namespace_bytes + 1> beginnings_{};  // how many have a size
  std::vector<std::size_t> sizes_of_beginnings_;                     // in order, each once
  std::vector<Event> events_;
};

}  // namespace bulletin::server
