#include "simulation/network.hpp"

#include <algorithm>
#include <utility>

namespace bulletin::simulation {
namespace {

constexpr Time reconnect_interval = 15 * millisecond;
constexpr std::uint64_t longest_burst = 12;
/// A copy later than this could open a session just before everything has to be settled.
constexpr Time latest_copy = 1500 * millisecond;

}  // namespace

void Network::listen(BrokerEnd* broker, std::uint64_t updates_port) {
  broker_ = broker;
  updates_port_ = updates_port;
  if (broker == nullptr) {
    for (const auto& connection : std::vector(open_)) cut(connection);
  }
}

std::shared_ptr<Connection> Network::connect(Connection::Kind kind, std::uint64_t port,
                                             ClientEnd& client) {
  auto connection = std::make_shared<Connection>();
  connection->number = ++connections_;
  connection->kind = kind;
  connection->port = port;
  connection->client = &client;
  open_.push_back(connection);
  schedule_.after(delay(), [this, connection] { try_to_connect(connection); });
  return connection;
}

void Network::close(Connection& connection) {
  connection.client = nullptr;
  const auto place = std::find_if(open_.begin(), open_.end(),
                                  [&](const auto& other) { return other.get() == &connection; });
  if (place == open_.end()) return;
  const std::shared_ptr<Connection> kept = *place;
  open_.erase(place);
  if (!connection.up) return;
  connection.up = false;
  if (broker_ != nullptr) broker_->gone({kept, connection.generation});
}

void Network::cut(const std::shared_ptr<Connection>& connection) {
  if (!connection->up) return;
  connection->up = false;
  connection->unread = 0;
  if (broker_ != nullptr) broker_->gone({connection, connection->generation});
  connection->client->disconnected();
  schedule_.after(delay(), [this, connection] { try_to_connect(connection); });
}

void Network::cut_any() {
  std::vector<std::shared_ptr<Connection>> up;
  std::copy_if(open_.begin(), open_.end(), std::back_inserter(up),
               [](const auto& connection) { return connection->up; });
  if (!up.empty()) cut(random_.pick(up));
}

void Network::heal() {
  for (const auto& connection : open_) {
    connection->unreachable_until = 0;
    connection->dropping = 0;
  }
}

bool Network::reachable(const Connection& connection) const {
  return broker_ != nullptr && schedule_.now() >= connection.unreachable_until &&
         (connection.kind == Connection::Kind::requests || connection.port == updates_port_);
}

void Network::try_to_connect(const std::shared_ptr<Connection>& connection) {
  if (connection->client == nullptr || connection->up) return;
  if (!reachable(*connection)) {
    schedule_.after(reconnect_interval, [this, connection] { try_to_connect(connection); });
    return;
  }
  connection->up = true;
  ++connection->generation;
  connection->dropping = 0;
  connection->last_to_broker = connection->last_to_client = schedule_.now();
  connection->client->connected();
}

Time Network::delay() {
  const Time usual = 1 + random_.below(rates_.delay);
  return random_.per_mille(rates_.late) ? usual * 100 : usual;
}

/// Often so much later that newer messages have arrived.
Time Network::copy_delay() { return std::min(delay() * random_.between(1, 300), latest_copy); }

/// When a message arrives that does not overtake the one before.
Time Network::in_order(Time& last) { return last = std::max(last, schedule_.now() + delay()); }

void Network::subscription(const std::shared_ptr<Connection>& connection, Packet packet) {
  const Peer peer{connection, connection->generation};
  schedule_.at(in_order(connection->last_to_broker), [this, peer, packet = std::move(packet)] {
    if (peer.alive()) broker_->subscription(peer, packet);
  });
}

void Network::request(const std::shared_ptr<Connection>& connection, Packet packet) {
  const Peer peer{connection, connection->generation};
  if (random_.per_mille(rates_.double_request)) {
    deliver_request(schedule_.now() + copy_delay(), peer, packet, true);
  }
  if (random_.per_mille(rates_.lose_request)) return;
  const Time time = in_order(connection->last_to_broker);
  deliver_request(time, peer, std::move(packet), random_.one_in(3));
}

/// A request may have arrived before its connection was lost, and be read much later.
void Network::deliver_request(Time time, const Peer& peer, Packet packet, bool outlives) {
  schedule_.at(time, [this, peer, outlives, packet = std::move(packet)] {
    if (broker_ != nullptr && (outlives || peer.alive())) broker_->request(peer, packet);
  });
}

void Network::reply(const Peer& peer, Packet packet) {
  if (!peer.alive()) return;
  if (random_.per_mille(rates_.double_reply)) {
    deliver_to_client(schedule_.now() + copy_delay(), peer, packet);
  }
  if (random_.per_mille(rates_.lose_reply)) return;
  const Time time = in_order(peer.connection->last_to_client);
  deliver_to_client(time, peer, std::move(packet));
}

void Network::publish(const Peer& peer, Packet packet) {
  if (!peer.alive() || drop(*peer.connection)) return;
  Time time = schedule_.now() + delay();
  if (!random_.per_mille(rates_.reorder_update)) {
    time = in_order(peer.connection->last_to_client);
  }
  if (random_.per_mille(rates_.double_update)) {
    ++peer.connection->unread;
    deliver_to_client(time + copy_delay(), peer, packet);
  }
  ++peer.connection->unread;
  deliver_to_client(time, peer, std::move(packet));
}

bool Network::drop(Connection& connection) {
  if (connection.unread >= rates_.high_water_mark) return true;
  if (connection.dropping == 0 && random_.per_mille(rates_.drop_updates)) {
    connection.dropping = random_.between(1, longest_burst);
  }
  if (connection.dropping == 0) return false;
  --connection.dropping;
  return true;
}

void Network::deliver_to_client(Time time, const Peer& peer, Packet packet) {
  schedule_.at(time, [peer, packet = std::move(packet)]() mutable {
    if (peer.alive()) peer.connection->client->received(std::move(packet));
  });
}

}  // namespace bulletin::simulation
