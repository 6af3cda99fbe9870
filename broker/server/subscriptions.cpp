#include "server/subscriptions.hpp"

#include "server/message.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

/// A flood of subscriptions must not stop the broker; what is left is read in the next turn.
constexpr std::size_t most_messages = 1u << 16;

constexpr char unsubscribe = 0;
constexpr char subscribe = 1;

}  // namespace

void SubscriptionNews::clear() noexcept {
  events.clear();
  nonces.clear();
  messages = 0;
}

void read_subscriptions(zmq::socket_t& updates, SubscriptionNews& news) {
  zmq::message_t message;
  for (; news.messages < most_messages && receive(updates, message); ++news.messages) {
    take_subscription(view(message), news);
  }
}

void take_subscription(std::string_view message, SubscriptionNews& news) {
  if (message.empty() || (message[0] != subscribe && message[0] != unsubscribe)) return;
  const bool subscribed = message[0] == subscribe;
  const std::string_view topic = message.substr(1);
  if (wire::is_nonce(topic)) {
    if (subscribed) news.nonces.emplace_back(topic);
    return;
  }
  const std::string_view space = wire::namespace_of(topic);
  if (space.empty() || !wire::namespace_name_fault(space).empty()) return;
  news.events.push_back({std::string(space), subscribed});
}

}  // namespace bulletin::server
