#include "server/subscriptions.hpp"

#include <chrono>

#include <absl/hash/hash.h>

#include "server/message.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

/// A flood of subscriptions must not stop the broker; what is left is read in the next turn.
constexpr std::chrono::milliseconds most_time{10};
constexpr std::size_t messages_between_looks = 500;

constexpr char unsubscribe = 0;
constexpr char subscribe = 1;

/// Beside its bytes, whatever its length.
constexpr std::size_t topic_overhead = 32;

/// Of its own for each process, so that nobody chooses topics whose hashes are equal.
std::uint64_t hash_of(std::string_view topic) { return absl::Hash<std::string_view>{}(topic); }

}  // namespace

void SubscriptionNews::clear() noexcept {
  events.clear();
  nonces.clear();
  messages = 0;
  more = false;
}

void SubscriptionBook::subscribed(std::string_view topic) {
  const std::size_t bytes = topic.size() + topic_overhead;
  bytes_of_[hash_of(topic)] += bytes;
  bytes_ += bytes;
}

void SubscriptionBook::unsubscribed(std::string_view topic) {
  const auto found = bytes_of_.find(hash_of(topic));
  if (found == bytes_of_.end()) return;
  bytes_ -= found->second;
  bytes_of_.erase(found);
}

void SubscriptionBook::clear() noexcept {
  bytes_of_ = {};
  bytes_ = 0;
}

bool SubscriptionBook::has_namespace(std::string_view space) const {
  return bytes_of_.contains(hash_of(wire::topic_of(space)));
}

void read_subscriptions(zmq::socket_t& updates, SubscriptionBook& book, SubscriptionNews& news) {
  const auto end = std::chrono::steady_clock::now() + most_time;
  zmq::message_t message;
  while (receive(updates, message)) {
    take_subscription(view(message), book, news);
    const bool look = ++news.messages % messages_between_looks == 0;
    news.more = look && std::chrono::steady_clock::now() >= end;
    if (news.more) return;
  }
}

void take_subscription(std::string_view message, SubscriptionBook& book, SubscriptionNews& news) {
  if (message.empty() || (message[0] != subscribe && message[0] != unsubscribe)) return;
  const bool subscribed = message[0] == subscribe;
  const std::string_view topic = message.substr(1);
  subscribed ? book.subscribed(topic) : book.unsubscribed(topic);
  if (wire::is_nonce(topic)) {
    if (subscribed) news.nonces.emplace_back(topic);
    return;
  }
  const std::string_view space = wire::namespace_of(topic);
  if (space.empty() || !wire::namespace_name_fault(space).empty()) return;
  news.events.push_back({std::string(space), subscribed});
}

}  // namespace bulletin::server
