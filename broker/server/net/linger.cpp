#include "server/net/linger.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

namespace bulletin::server {
namespace {

constexpr std::size_t part_bytes = 64u << 10;
/// So that a peer that sends without a pause does not keep the others waiting.
constexpr int most_reads = 16;

/// False: there is nothing more to wait for.
bool read_away(int socket) {
  std::array<char, part_bytes> part;
  for (int i = 0; i != most_reads; ++i) {
    const ssize_t size = ::recv(socket, part.data(), part.size(), MSG_DONTWAIT);
    if (size > 0 || (size < 0 && errno == EINTR)) continue;
    return size < 0 && errno == EAGAIN;
  }
  return true;
}

/// False: it is done, or has ended.
bool send_rest(Connection& connection, pollfd& item) {
  if (!connection.output.send_to(item.fd)) return false;
  if (!connection.output.empty()) return true;
  item.events = POLLIN;
  ::shutdown(item.fd, SHUT_WR);
  return read_away(item.fd);
}

}  // namespace

void linger(const Connections& connections, std::chrono::milliseconds longest) {
  std::vector<Connection*> lingering;
  std::vector<pollfd> items;
  const auto keep = [&](Connection& connection, pollfd item) {
    lingering.push_back(&connection);
    items.push_back(item);
  };
  for (const auto& [id, connection] : connections) {
    if (connection->ends || connection->gone ||
        connection->peer.kind() != zmtp::Peer::Kind::requests)
      continue;
    pollfd item{connection->socket.get(), POLLOUT, 0};
    if (send_rest(*connection, item)) keep(*connection, item);
  }
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!items.empty()) {
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (rest.count() <= 0) return;
    if (::poll(items.data(), items.size(), static_cast<int>(rest.count())) < 0 && errno != EINTR)
      return;  // no memory
    const std::vector<Connection*> before = std::exchange(lingering, {});
    const std::vector<pollfd> looked_at = std::exchange(items, {});
    for (std::size_t i = 0; i != before.size(); ++i) {
      pollfd item = looked_at[i];
      const bool stays = item.revents == 0              ? true
                         : (item.events & POLLOUT) != 0 ? send_rest(*before[i], item)
                                                        : read_away(item.fd);
      if (stays) keep(*before[i], item);
    }
  }
}

}  // namespace bulletin::server
