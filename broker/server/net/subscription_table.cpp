#include "server/net/subscription_table.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "authority/extent.hpp"
#include "server/net/connection.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

// Memory, about, and rather too much.
/// Of a subscription: its places in the connection and in the topic.
constexpr std::size_t subscription_bytes = 56;
/// Of a topic, beside its text.
constexpr std::size_t topic_overhead = 144;
/// Of a namespace's beat.
constexpr std::size_t beat_overhead = 112;

/// The namespace whose topic this is, if it may be one's name.
std::string_view space_of(std::string_view topic) {
  const std::string_view space = wire::namespace_of(topic);
  return wire::namespace_name_fault(space).empty() ? space : std::string_view();
}

std::size_t topic_bytes(const Topic& topic) noexcept { return topic_overhead + topic.text.size(); }

/// A namespace that is heard is known, also without attributes, and beats.
std::size_t first_hearer_bytes(const Topic& topic) noexcept {
  return topic_bytes(topic) +
         (topic.whole ? beat_overhead + authority::namespace_overhead + 2 * topic.text.size() : 0);
}

/// The place of a subscriber that may not read the namespace.
constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

constexpr std::size_t few = 64;

// What many have left gives its memory back.
template <class Table>
void shrink(Table& table) {
  if (table.capacity() > few && table.size() < table.capacity() / 4) table.rehash(0);
}
void shrink(std::vector<Connection*>& subscribers) {
  if (subscribers.capacity() > few && subscribers.size() < subscribers.capacity() / 4)
    subscribers.shrink_to_fit();
}

}  // namespace

Topic::Topic(std::string_view topic) : text(topic), whole(!space_of(topic).empty()) {}

SubscriptionTable::Outcome SubscriptionTable::subscribe(Connection& connection,
                                                        std::string_view text,
                                                        const service::Rights& rights) {
  auto found = topics_.find(text);
  if (found == topics_.end()) {
    found = topics_.insert(std::make_unique<Topic>(text)).first;
    beginnings_ += (*found)->whole ? 0U : 1U;
  }
  Topic& topic = **found;
  const auto [subscription, is_new] = connection.topics.emplace(&topic, nowhere);
  if (!is_new) return Outcome::subscribed;
  connection.topic_bytes += subscription_bytes;
  if (topic.whole && !rights.may_read(space_of(text))) {
    connection.topic_bytes += topic_bytes(topic);
    ++topic.refused;
    return Outcome::refused;
  }
  if (topic.subscribers.empty()) connection.topic_bytes += first_hearer_bytes(topic);
  subscription->second = topic.subscribers.size();
  topic.subscribers.push_back(&connection);
  if (topic.whole) events_.push_back({std::string(space_of(text)), true, connection.user});
  return Outcome::subscribed;
}

bool SubscriptionTable::subscribes(const Connection& connection, std::string_view text) const {
  const auto found = topics_.find(text);
  return found != topics_.end() && connection.topics.contains(found->get());
}

void SubscriptionTable::unsubscribe(Connection& connection, std::string_view text) {
  const auto found = topics_.find(text);
  if (found == topics_.end()) return;
  const auto subscription = connection.topics.find(found->get());
  if (subscription == connection.topics.end()) return;
  const std::size_t place = subscription->second;
  connection.topics.erase(subscription);
  shrink(connection.topics);
  remove(connection, **found, place);
}

bool SubscriptionTable::forget(Connection& connection, std::size_t& most) {
  for (auto next = connection.topics.begin(); next != connection.topics.end() && most != 0;
       --most) {
    const auto [topic, place] = *next;
    connection.topics.erase(next++);
    remove(connection, *topic, place);
  }
  shrink(connection.topics);
  return connection.topics.empty();
}

/// Takes the same time however many hear it.
void SubscriptionTable::remove(Connection& connection, Topic& topic, std::size_t place) {
  connection.topic_bytes -= subscription_bytes;
  if (place == nowhere) {
    connection.topic_bytes -= topic_bytes(topic);
    --topic.refused;
  } else {
    remove_subscriber(connection, topic, place);
  }
  if (!topic.subscribers.empty() || topic.refused != 0) return;
  beginnings_ -= topic.whole ? 0U : 1U;
  topics_.erase(topics_.find(std::string_view(topic.text)));
  shrink(topics_);
}

/// The last one takes its place, and with the first place the charge.
void SubscriptionTable::remove_subscriber(Connection& connection, Topic& topic, std::size_t place) {
  Connections& subscribers = topic.subscribers;
  subscribers[place] = subscribers.back();
  subscribers.pop_back();
  if (place < subscribers.size()) subscribers[place]->topics.find(&topic)->second = place;
  shrink(subscribers);
  if (place != 0) return;
  connection.topic_bytes -= first_hearer_bytes(topic);
  if (!subscribers.empty()) {
    subscribers.front()->topic_bytes += first_hearer_bytes(topic);
  } else if (topic.whole) {
    events_.push_back({std::string(space_of(topic.text)), false, {}});
  }
}

std::span<Connection* const> SubscriptionTable::in(std::string_view topic) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || !(*found)->whole) return {};
  return (*found)->subscribers;
}

std::vector<Connection*> SubscriptionTable::in_beginnings_of(std::string_view topic) const {
  Connections all;
  if (beginnings_ == 0) return all;
  for (std::size_t size = 0; size < topic.size(); ++size) {
    const auto found = topics_.find(topic.substr(0, size));
    if (found != topics_.end() && !(*found)->whole)
      all.insert(all.end(), (*found)->subscribers.begin(), (*found)->subscribers.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const auto whole = topics_.find(topic);
  if (whole == topics_.end()) return all;
  std::erase_if(all, [&](const Connection* connection) {
    const auto subscription = connection->topics.find(whole->get());
    return subscription != connection->topics.end() && subscription->second != nowhere;
  });
  return all;
}

}  // namespace bulletin::server
