// The client's sockets, as libzmq makes them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/network.hpp"

namespace bulletin::simulation {

/// What a socket's monitor tells.
enum class ConnectionEvent { connected, disconnected };

/// A REQ socket with RELAXED, CORRELATE and IMMEDIATE.
class RequestSocket : public ClientEnd {
 public:
  /// `notify` is called when there is something to read.
  RequestSocket(Network& network, std::function<void()> notify);
  RequestSocket(const RequestSocket&) = delete;
  RequestSocket& operator=(const RequestSocket&) = delete;
  ~RequestSocket() override;

  /// There is a connection that takes a request.
  [[nodiscard]] bool up() const noexcept { return connection_->up; }
  /// Gives the request before up: its reply will not be read.
  void send(std::string bytes);
  std::optional<Bytes> take_reply();
  std::optional<ConnectionEvent> take_event();
  [[nodiscard]] bool readable() const noexcept { return reply_ || !events_.empty(); }

  [[nodiscard]] const std::shared_ptr<Connection>& connection() const noexcept {
    return connection_;
  }

  void connected() override;
  void disconnected() override;
  void received(Packet packet) override;

 private:
  Network& network_;
  std::function<void()> notify_;
  std::shared_ptr<Connection> connection_;
  std::uint64_t id_ = 0;
  bool awaiting_ = false;
  std::optional<Bytes> reply_;
  std::deque<ConnectionEvent> events_;
};

/// A SUB socket. What is subscribed before the first connection is sent in call order; after a lost
/// connection everything is sent again in byte order.
class SubscribeSocket : public ClientEnd {
 public:
  SubscribeSocket(Network& network, std::uint64_t port, std::function<void()> notify);
  SubscribeSocket(const SubscribeSocket&) = delete;
  SubscribeSocket& operator=(const SubscribeSocket&) = delete;
  ~SubscribeSocket() override;

  void change(bool subscribe, const std::string& topic);
  std::optional<Packet> take_message();
  std::optional<ConnectionEvent> take_event();
  [[nodiscard]] bool readable() const noexcept { return !messages_.empty() || !events_.empty(); }

  [[nodiscard]] const std::shared_ptr<Connection>& connection() const noexcept {
    return connection_;
  }

  void connected() override;
  void disconnected() override;
  void received(Packet packet) override;

 private:
  void send(Packet packet);

  Network& network_;
  std::function<void()> notify_;
  std::shared_ptr<Connection> connection_;
  std::map<std::string, unsigned> topics_;
  std::vector<Packet> queued_;  // until there is a connection
  std::deque<Packet> messages_;
  std::deque<ConnectionEvent> events_;
};

}  // namespace bulletin::simulation
