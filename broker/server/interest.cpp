#include "server/interest.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "server/connection.hpp"
#include "wire/names.hpp"
#include "wire/update.hpp"

namespace bulletin::server {
namespace {

/// What one subscription takes beside its topic, about.
constexpr std::size_t topic_overhead = 96;

/// The namespace whose topic this is, if it may be one's name.
std::string_view space_of(std::string_view topic) {
  const std::string_view space = wire::namespace_of(topic);
  return wire::namespace_name_fault(space).empty() ? space : std::string_view();
}

/// The place of a subscriber that may not read the namespace.
constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

constexpr std::size_t few = 64;

// What many have left gives its memory back.
template <class Table>
void shrink(Table& table) {
  if (table.capacity() > few && table.size() < table.capacity() / 4) table.rehash(0);
}
void shrink(std::vector<Connection*>& hearers) {
  if (hearers.capacity() > few && hearers.size() < hearers.capacity() / 4) hearers.shrink_to_fit();
}

/// Takes the same time however many there are. True: there are no others.
bool remove_from(std::vector<Connection*>& hearers, std::string_view topic, std::size_t place) {
  hearers[place] = hearers.back();
  hearers.pop_back();
  if (place < hearers.size()) hearers[place]->topics.find(topic)->second = place;
  shrink(hearers);
  return hearers.empty();
}

}  // namespace

Interest::Outcome Interest::subscribe(Connection& connection, std::string_view topic,
                                      const Rights& rights) {
  const auto [subscription, is_new] = connection.topics.emplace(topic, nowhere);
  if (!is_new) return Outcome::subscribed;
  connection.topic_bytes += topic.size() + topic_overhead;
  const std::string_view space = space_of(topic);
  if (!space.empty() && !rights.may_read(space)) return Outcome::refused;
  Connections& hearers = space.empty() ? beginnings_[std::string(topic)] : whole_[topic];
  subscription->second = hearers.size();
  hearers.push_back(&connection);
  if (!space.empty()) events_.push_back({std::string(space), true, connection.user});
  return Outcome::subscribed;
}

void Interest::unsubscribe(Connection& connection, std::string_view topic) {
  const auto subscription = connection.topics.find(topic);
  if (subscription == connection.topics.end()) return;
  const std::size_t place = subscription->second;
  connection.topics.erase(subscription);
  shrink(connection.topics);
  remove(connection, topic, place);
}

bool Interest::forget(Connection& connection, std::size_t& most) {
  for (auto next = connection.topics.begin(); next != connection.topics.end() && most != 0;
       --most) {
    const auto subscription = connection.topics.extract(next++);
    remove(connection, subscription.key(), subscription.mapped());
  }
  shrink(connection.topics);
  return connection.topics.empty();
}

void Interest::remove(Connection& connection, std::string_view topic, std::size_t place) {
  connection.topic_bytes -= topic.size() + topic_overhead;
  if (place == nowhere) return;
  if (const std::string_view space = space_of(topic); space.empty()) {
    const auto found = beginnings_.find(topic);
    if (remove_from(found->second, topic, place)) beginnings_.erase(found);
  } else {
    const auto found = whole_.find(topic);
    if (!remove_from(found->second, topic, place)) return;
    whole_.erase(found);
    shrink(whole_);
    events_.push_back({std::string(space), false, {}});
  }
}

std::span<Connection* const> Interest::in(std::string_view topic) const {
  const auto found = whole_.find(topic);
  if (found == whole_.end()) return {};
  return found->second;
}

std::vector<Connection*> Interest::in_beginnings_of(std::string_view topic) const {
  Connections all;
  if (beginnings_.empty()) return all;
  for (std::size_t size = 0; size < topic.size(); ++size) {
    const auto found = beginnings_.find(topic.substr(0, size));
    if (found != beginnings_.end())
      all.insert(all.end(), found->second.begin(), found->second.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::erase_if(all, [&](const Connection* connection) {
    const auto subscription = connection->topics.find(topic);
    return subscription != connection->topics.end() && subscription->second != nowhere;
  });
  return all;
}

}  // namespace bulletin::server
