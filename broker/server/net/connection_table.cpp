#include "server/net/connection_table.hpp"

#include <optional>
#include <utility>

#include "server/telemetry/loggers.hpp"

namespace bulletin::server {
namespace {

/// While so many bytes of answers wait for a client, nothing more of it is served.
constexpr std::size_t most_answer_bytes = 1u << 20;

}  // namespace

Connection& ConnectionTable::add(std::unique_ptr<Connection> connection) {
  connection->polled_for = EPOLLIN;
  poll_.add(connection->socket.get(), EPOLLIN, connection->id);
  const std::uint64_t id = connection->id;
  return *connections_.emplace(id, std::move(connection)).first->second;
}

Connection* ConnectionTable::find(std::uint64_t id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() || found->second->ends ? nullptr : found->second.get();
}

bool ConnectionTable::may_be_served(const Connection& connection) const {
  return connection.gone ||
         connection.output.bytes() <= (connection.peer.kind() == zmtp::Peer::Kind::subscribes
                                           ? bounds_.reader_bytes
                                           : most_answer_bytes);
}

void ConnectionTable::let_wait(Connection& connection) {
  if (!std::exchange(connection.waits, true))
    (connection.costly ? costly_ : waiting_).push(connection.account, connection.id);
}

Connection* ConnectionTable::next_of(FairQueue& queue) {
  while (const std::optional<std::uint64_t> next = queue.pop(
             [this](FairQueue::User user) { return user == nullptr || rates_.allows(*user); })) {
    Connection* const connection = find(*next);
    if (connection == nullptr) continue;  // it has ended
    connection->waits = false;
    return connection;
  }
  return nullptr;
}

bool ConnectionTable::some_may_be_served() const {
  const auto allowed = [this](FairQueue::User user) {
    return user == nullptr || rates_.allows(*user);
  };
  return waiting_.any_may_go(allowed) || costly_.any_may_go(allowed);
}

void ConnectionTable::touch(Connection& connection) {
  if (!std::exchange(connection.to_flush, true)) to_flush_.push_back(&connection);
}

void ConnectionTable::touch_failed() {
  for (const auto& [id, connection] : connections_) {
    if (!connection->ends && connection->output.tries_later()) touch(*connection);
  }
}

void ConnectionTable::flush() {
  for (Connection* const connection : to_flush_) {
    connection->to_flush = false;
    if (!connection->ends) flush(*connection);
  }
  to_flush_.clear();
}

void ConnectionTable::flush(Connection& connection) {
  const bool was_served = may_be_served(connection);
  if (connection.gone || !connection.output.send_to(connection.socket.get())) {
    connection.output = {};
    return lose(connection);
  }
  // What it sent while it did not read its answers has its turn now.
  if (!was_served && may_be_served(connection) && !connection.input.empty()) let_wait(connection);
  watch(connection);
}

void ConnectionTable::watch(Connection& connection) {
  if (connection.ends || connection.gone) return;
  const bool reads = may_be_served(connection) && connection.input.empty();
  const bool sends =
      !connection.output.empty() && !connection.to_flush && !connection.output.tries_later();
  const unsigned wanted = (reads ? static_cast<unsigned>(EPOLLIN) : 0U) |
                          (sends ? static_cast<unsigned>(EPOLLOUT) : 0U);
  if (wanted == connection.polled_for) return;
  connection.polled_for = wanted;
  poll_.change(connection.socket.get(), wanted, connection.id);
}

void ConnectionTable::lose(Connection& connection) {
  if (connection.ends || std::exchange(connection.gone, true)) return;
  // The kernel would report it at each turn.
  poll_.remove(connection.socket.get());
  connection.output = {};
  // A handshake with keys cannot go on.
  if (connection.peer.kind() == zmtp::Peer::Kind::subscribes ||
      (connection.account == nullptr && connection.peer.encrypts()))
    return end(connection, "it was closed");
  let_wait(connection);
}

void ConnectionTable::account(std::size_t bytes) {
  unlooked_bytes_ += bytes;
  if (unlooked_bytes_ < bounds_.bytes / 8) return;
  flush();
  bound_bytes();
}

void ConnectionTable::bound_bytes() {
  unlooked_bytes_ = 0;
  for (Connection* const large : connections_too_large(connections_, bounds_.bytes)) {
    if (too_large_throttle_.should_log(++counters_.connections_too_large,
                                       LogThrottle::Time::clock::now()))
      log_.warn("event=connection_too_large address={} user={} bytes={} bound={} connections={}",
                server::quoted(large->address), server::quoted(large->user), large->held(),
                bounds_.bytes, counters_.connections_too_large);
    end(*large, "it makes the broker keep more than it may");
    large->output = {};
    large->input = {};
  }
}

void ConnectionTable::end(Connection& connection, std::string_view reason) {
  if (std::exchange(connection.ends, true)) return;
  ending_.push_back(&connection);
  log_.debug("event=connection_ended address={} user={} reason={}",
             server::quoted(connection.address), server::quoted(connection.user),
             server::quoted(reason));
}

}  // namespace bulletin::server
