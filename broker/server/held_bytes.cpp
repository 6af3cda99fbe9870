#include "server/held_bytes.hpp"

#include <algorithm>

namespace bulletin::server {

std::vector<Connection*> connections_too_large(const Connections& connections,
                                               const NetworkBounds& bounds, bool with_users) {
  std::size_t all = 0;
  absl::flat_hash_map<std::string_view, std::size_t> of_user;
  for (const auto& [id, connection] : connections) {
    if (connection->ends) continue;
    all += connection->held();
    if (with_users) of_user[connection->user] += connection->held();
  }
  const auto is_too_much = [&](const Connection& connection) {
    return all > bounds.bytes || (with_users && of_user[connection.user] > bounds.bytes_of_user());
  };
  std::vector<Connection*> ending;
  for (;;) {
    Connection* heaviest = nullptr;
    for (const auto& [id, connection] : connections) {
      const bool stays = !connection->ends &&
                         std::find(ending.begin(), ending.end(), connection.get()) == ending.end();
      if (!stays || !is_too_much(*connection)) continue;
      if (heaviest == nullptr || connection->held() > heaviest->held()) heaviest = connection.get();
    }
    if (heaviest == nullptr) return ending;
    all -= heaviest->held();
    if (with_users) of_user[heaviest->user] -= heaviest->held();
    ending.push_back(heaviest);
  }
}

}  // namespace bulletin::server
