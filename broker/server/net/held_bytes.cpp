#include "server/net/held_bytes.hpp"

#include <algorithm>

namespace bulletin::server {
namespace {

using authority::Resource;

bool has_too_much(const Connection& connection) {
  return connection.account != nullptr && connection.account->exceeds(Resource::network_bytes);
}

std::uint64_t& bytes_of_user(const Connection& connection) {
  return connection.account->used[Resource::network_bytes];
}

/// What all connections keep; what those of each user do is in its account then.
std::size_t count_bytes(const Connections& connections) {
  for (const auto& [id, connection] : connections) {
    if (connection->account != nullptr) bytes_of_user(*connection) = 0;
  }
  std::size_t all = 0;
  for (const auto& [id, connection] : connections) {
    if (connection->ends) continue;
    all += connection->held();
    if (connection->account != nullptr) bytes_of_user(*connection) += connection->held();
  }
  return all;
}

/// Those that end only if those that keep more are not enough.
std::vector<Connection*> candidates(const Connections& connections, bool too_much) {
  std::vector<Connection*> found;
  for (const auto& [id, connection] : connections) {
    if (!connection->ends && (too_much || has_too_much(*connection)))
      found.push_back(connection.get());
  }
  std::sort(found.begin(), found.end(),
            [](const Connection* a, const Connection* b) { return a->held() > b->held(); });
  return found;
}

}  // namespace

std::vector<Connection*> connections_too_large(const Connections& connections, std::size_t bound) {
  std::size_t all = count_bytes(connections);
  std::vector<Connection*> ending;
  for (Connection* const heaviest : candidates(connections, all > bound)) {
    if (all <= bound && !has_too_much(*heaviest)) continue;
    if (has_too_much(*heaviest)) heaviest->account->refuse(Resource::network_bytes);
    all -= heaviest->held();
    if (heaviest->account != nullptr) bytes_of_user(*heaviest) -= heaviest->held();
    ending.push_back(heaviest);
  }
  return ending;
}

}  // namespace bulletin::server
