// What libzmq and the wires below it do to messages, and worse.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "simulation/random.hpp"
#include "simulation/rates.hpp"
#include "simulation/schedule.hpp"

namespace bulletin::simulation {

using Bytes = std::shared_ptr<const std::string>;

inline Bytes to_bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// One message. What it is depends on its direction and on the kind of its connection.
struct Packet {
  std::uint64_t id = 0;    ///< of a request, and of its reply
  bool subscribe = false;  ///< of a subscription
  std::string topic;       ///< of a subscription, and of an update
  Bytes body;              ///< of all others
};

/// The client's end of a connection: a socket.
class ClientEnd {
 public:
  virtual ~ClientEnd() = default;
  virtual void connected() = 0;
  virtual void disconnected() = 0;
  virtual void received(Packet packet) = 0;
};

/// Joins one socket to the broker; made again after each loss until it is closed. Each making is a
/// generation: what was under way in an earlier one is lost.
struct Connection {
  enum class Kind { requests, updates };

  std::uint64_t number = 0;
  Kind kind = Kind::requests;
  std::uint64_t port = 0;
  ClientEnd* client = nullptr;  ///< null: closed
  bool up = false;
  std::uint64_t generation = 0;
  Time unreachable_until = 0;
  Time last_to_broker = 0;  ///< when the last message arrives: later ones arrive no sooner
  Time last_to_client = 0;
  std::size_t unread = 0;      ///< updates on their way or not yet read
  std::uint64_t dropping = 0;  ///< so many more updates of a burst are dropped
};

/// One generation of a connection, as the broker knows it.
struct Peer {
  std::shared_ptr<Connection> connection;
  std::uint64_t generation = 0;

  [[nodiscard]] bool alive() const noexcept {
    return connection->up && connection->generation == generation;
  }
  friend bool operator<(const Peer& left, const Peer& right) noexcept {
    if (left.connection->number != right.connection->number) {
      return left.connection->number < right.connection->number;
    }
    return left.generation < right.generation;
  }
};

class BrokerEnd {
 public:
  virtual ~BrokerEnd() = default;
  virtual void gone(const Peer& peer) = 0;
  virtual void subscription(const Peer& peer, Packet packet) = 0;
  virtual void request(const Peer& peer, Packet packet) = 0;
};

class Network {
 public:
  Network(Schedule& schedule, Random& random, const Rates& rates)
      : schedule_(schedule), random_(random), rates_(rates) {}

  /// The broker listens from now on; null: it is gone, and every connection with it.
  void listen(BrokerEnd* broker, std::uint64_t updates_port);

  std::shared_ptr<Connection> connect(Connection::Kind kind, std::uint64_t port, ClientEnd& client);
  void close(Connection& connection);
  void cut(const std::shared_ptr<Connection>& connection);
  /// One of those that are up.
  void cut_any();
  /// Everybody can reach the broker again.
  void heal();

  // From the client.
  void subscription(const std::shared_ptr<Connection>& connection, Packet packet);
  void request(const std::shared_ptr<Connection>& connection, Packet packet);
  // From the broker.
  void publish(const Peer& peer, Packet packet);
  void reply(const Peer& peer, Packet packet);

 private:
  void try_to_connect(const std::shared_ptr<Connection>& connection);
  [[nodiscard]] bool reachable(const Connection& connection) const;
  Time delay();
  Time copy_delay();
  Time in_order(Time& last);
  void deliver_request(Time time, const Peer& peer, Packet packet, bool outlives);
  void deliver_to_client(Time time, const Peer& peer, Packet packet);
  bool drop(Connection& connection);

  Schedule& schedule_;
  Random& random_;
  const Rates& rates_;
  BrokerEnd* broker_ = nullptr;
  std::uint64_t updates_port_ = 0;
  std::uint64_t connections_ = 0;
  std::vector<std::shared_ptr<Connection>> open_;
};

}  // namespace bulletin::simulation
