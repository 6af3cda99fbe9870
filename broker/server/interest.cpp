#include "server/interest.hpp"

#include <algorithm>

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

}  // namespace

Interest::Outcome Interest::subscribe(Connection& connection, std::string_view topic,
                                      const Rights& rights) {
  if (!connection.topics.emplace(topic).second) return Outcome::subscribed;
  connection.topic_bytes += topic.size() + topic_overhead;
  const std::string_view space = space_of(topic);
  if (space.empty()) {
    beginnings_[std::string(topic)].push_back(&connection);
    return Outcome::subscribed;
  }
  if (!rights.may_read(space)) return Outcome::refused;
  whole_[topic].push_back(&connection);
  events_.push_back({std::string(space), true, connection.user});
  return Outcome::subscribed;
}

void Interest::unsubscribe(Connection& connection, std::string_view topic) {
  const auto found = connection.topics.find(topic);
  if (found == connection.topics.end()) return;
  connection.topics.erase(found);
  connection.topic_bytes -= topic.size() + topic_overhead;
  remove(connection, topic);
}

bool Interest::forget(Connection& connection, std::size_t& most) {
  for (auto next = connection.topics.begin(); next != connection.topics.end() && most != 0;
       --most) {
    remove(connection, *next);
    connection.topics.erase(next++);
  }
  return connection.topics.empty();
}

void Interest::remove(Connection& connection, std::string_view topic) {
  const std::string_view space = space_of(topic);
  if (space.empty()) {
    const auto found = beginnings_.find(topic);
    if (found == beginnings_.end()) return;
    std::erase(found->second, &connection);
    if (found->second.empty()) beginnings_.erase(found);
    return;
  }
  const auto found = whole_.find(topic);
  if (found == whole_.end()) return;  // it may not be read
  std::erase(found->second, &connection);
  if (!found->second.empty()) return;
  whole_.erase(found);
  events_.push_back({std::string(space), false, {}});
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
  for (Connection* const connection : in(topic)) std::erase(all, connection);
  return all;
}

}  // namespace bulletin::server
