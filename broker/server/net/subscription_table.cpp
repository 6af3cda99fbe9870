#include "server/net/subscription_table.hpp"

#include <algorithm>
#include <cstddef>

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

/// Whether topics of namespaces can begin with it.
bool can_begin_a_topic(std::string_view text) noexcept {
  return text.size() <= wire::namespace_bytes && text.find('\0') == text.npos;
}

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
  const std::string_view space = space_of(text);
  if (space.empty() ? !can_begin_a_topic(text) : !rights.may_read(space)) return Outcome::refused;
  auto found = topics_.find(text);
  if (found != topics_.end() && connection.topics.contains(found->pointer.get()))
    return Outcome::subscribed;
  if (space.empty() && connection.beginnings >= most_beginnings) return Outcome::too_many;
  if (found == topics_.end()) {
    found = topics_.emplace(topics_.hash_function()(text), std::make_unique<Topic>(text)).first;
    count_beginning(*found->pointer, true);
  }
  Topic& topic = *found->pointer;
  connection.topics.emplace(&topic, topic.subscribers.size());
  connection.beginnings += topic.whole ? 0U : 1U;
  connection.topic_bytes += subscription_bytes;
  if (topic.subscribers.empty()) connection.topic_bytes += first_hearer_bytes(topic);
  topic.subscribers.push_back(&connection);
  if (topic.whole) events_.push_back({std::string(space), true, connection.user});
  return Outcome::subscribed;
}

bool SubscriptionTable::subscribes(const Connection& connection, std::string_view text) const {
  const auto found = topics_.find(text);
  return found != topics_.end() && connection.topics.contains(found->pointer.get());
}

void SubscriptionTable::unsubscribe(Connection& connection, std::string_view text) {
  const auto found = topics_.find(text);
  if (found == topics_.end()) return;
  const auto subscription = connection.topics.find(found->pointer.get());
  if (subscription == connection.topics.end()) return;
  const std::size_t place = subscription->second;
  connection.topics.erase(subscription);
  shrink(connection.topics);
  remove(connection, *found->pointer, place);
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

/// Takes the same time however many hear it: the last one takes its place, and with the first place
/// the charge.
void SubscriptionTable::remove(Connection& connection, Topic& topic, std::size_t place) {
  connection.topic_bytes -= subscription_bytes;
  connection.beginnings -= topic.whole ? 0U : 1U;
  Connections& subscribers = topic.subscribers;
  subscribers[place] = subscribers.back();
  subscribers.pop_back();
  if (place < subscribers.size()) subscribers[place]->topics.find(&topic)->second = place;
  shrink(subscribers);
  if (place == 0) connection.topic_bytes -= first_hearer_bytes(topic);
  if (!subscribers.empty()) {
    if (place == 0) subscribers.front()->topic_bytes += first_hearer_bytes(topic);
    return;
  }
  if (topic.whole) events_.push_back({std::string(space_of(topic.text)), false, {}});
  count_beginning(topic, false);
  topics_.erase(topics_.find(std::string_view(topic.text)));
  shrink(topics_);
}

void SubscriptionTable::count_beginning(const Topic& topic, bool there) {
  if (topic.whole) return;
  const std::size_t size = topic.text.size();
  beginnings_[size] += there ? 1 : std::size_t(0) - 1;
  const auto place =
      std::lower_bound(sizes_of_beginnings_.begin(), sizes_of_beginnings_.end(), size);
  const bool listed = place != sizes_of_beginnings_.end() && *place == size;
  if (there && !listed) sizes_of_beginnings_.insert(place, size);
  if (!there && beginnings_[size] == 0) sizes_of_beginnings_.erase(place);
}

std::span<Connection* const> SubscriptionTable::in(std::string_view topic) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || !found->pointer->whole) return {};
  return found->pointer->subscribers;
}

std::vector<Connection*> SubscriptionTable::in_beginnings_of(std::string_view topic) const {
  Connections all;
  for (const std::size_t size : sizes_of_beginnings_) {
    if (size >= topic.size()) break;
    const auto found = topics_.find(topic.substr(0, size));
    if (found != topics_.end())
      all.insert(all.end(), found->pointer->subscribers.begin(), found->pointer->subscribers.end());
  }
  if (all.empty()) return all;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const auto whole = topics_.find(topic);
  if (whole == topics_.end()) return all;
  std::erase_if(all, [&](const Connection* connection) {
    return connection->topics.contains(whole->pointer.get());
  });
  return all;
}

}  // namespace bulletin::server
