#include "server/net/liveness.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <utility>

namespace bulletin::server {
namespace {

constexpr std::chrono::milliseconds shortest_interval{50};
constexpr int host_questions = 3;
/// What TCP sends again comes at longer and longer intervals, so one may be on its way.
constexpr unsigned unanswered = 2;

/// The host has answered nothing for so long, although TCP asked it again: with data that was not
/// taken, or for room for more. Whether the client reads makes no difference.
bool host_is_gone(int socket, std::chrono::milliseconds host_timeout) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return false;  // a Unix socket
  return (info.tcpi_retransmits >= unanswered || info.tcpi_probes >= unanswered) &&
         std::chrono::milliseconds(info.tcpi_last_ack_recv) >= host_timeout;
}

}  // namespace

void Liveness::prepare(int socket, std::chrono::milliseconds host_timeout) {
  // Half of the time until the first question, and the other half for the answers.
  const int seconds = static_cast<int>(host_timeout / std::chrono::seconds(1));
  const int on = 1;
  const int idle = std::max(seconds / 2, 1);
  const int interval = std::max(seconds / 2 / host_questions, 1);
  // On a Unix socket they have no effect, and need none.
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &host_questions, sizeof host_questions);
}

std::chrono::milliseconds Liveness::interval() const {
  return std::max(bounds_.silence / 2, shortest_interval);
}

void Liveness::look(Time now) {
  running_ += std::min<Time::duration>(now - std::exchange(looked_at_, now), 2 * interval());
  for (const auto& [id, connection] : connections_.all()) {
    if (!connection->ends && !connection->gone && connection->peer.is_ready()) look_at(*connection);
  }
}

void Liveness::look_at(Connection& connection) {
  const bool is_read = (connection.polled_for & EPOLLIN) != 0;
  const bool heard = std::exchange(connection.heard, false);
  if (!heard && host_is_gone(connection.socket.get(), bounds_.host_timeout))
    return connections_.end(connection, "its host is gone");
  if (heard || !is_read) {
    connection.heard_at = running_;
    connection.asked_at.reset();
  } else if (connection.asked_at) {
    if (running_ >= *connection.asked_at + bounds_.timeout)
      connections_.end(connection, "it has been silent");
  } else if (running_ >= connection.heard_at + bounds_.silence && connection.peer.answers_pings()) {
    connection.asked_at = running_;
    connection.output.append([&](std::string& out) { connection.peer.append_ping(out); });
    connections_.touch(connection);
  }
}

}  // namespace bulletin::server
