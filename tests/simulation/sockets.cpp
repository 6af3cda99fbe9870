#include "simulation/sockets.hpp"

#include <utility>

namespace bulletin::simulation {
namespace {

std::optional<ConnectionEvent> take(std::deque<ConnectionEvent>& events) {
  if (events.empty()) return std::nullopt;
  const ConnectionEvent event = events.front();
  events.pop_front();
  return event;
}

}  // namespace

RequestSocket::RequestSocket(Network& network, std::function<void()> notify)
    : network_(network),
      notify_(std::move(notify)),
      connection_(network.connect(Connection::Kind::requests, 0, *this)) {}

RequestSocket::~RequestSocket() { network_.close(*connection_); }

void RequestSocket::send(std::string bytes) {
  ++id_;
  awaiting_ = true;
  reply_.reset();
  network_.request(connection_, {id_, false, {}, to_bytes(std::move(bytes))});
}

std::optional<Bytes> RequestSocket::take_reply() { return std::exchange(reply_, std::nullopt); }

std::optional<ConnectionEvent> RequestSocket::take_event() { return take(events_); }

void RequestSocket::connected() {
  events_.push_back(ConnectionEvent::connected);
  notify_();
}

void RequestSocket::disconnected() {
  events_.push_back(ConnectionEvent::disconnected);
  notify_();
}

void RequestSocket::received(Packet packet) {
  if (!awaiting_ || packet.id != id_) return;
  awaiting_ = false;
  reply_ = std::move(packet.body);
  notify_();
}

SubscribeSocket::SubscribeSocket(Network& network, std::uint64_t port, std::function<void()> notify)
    : network_(network),
      notify_(std::move(notify)),
      connection_(network.connect(Connection::Kind::updates, port, *this)) {}

SubscribeSocket::~SubscribeSocket() { network_.close(*connection_); }

void SubscribeSocket::change(bool subscribe, const std::string& topic) {
  unsigned& times = topics_[topic];
  if (subscribe) {
    ++times;
    send({0, true, topic, {}});
    return;
  }
  if (times > 0) --times;
  if (times > 0) return;
  topics_.erase(topic);
  send({0, false, topic, {}});
}

void SubscribeSocket::send(Packet packet) {
  if (connection_->up) {
    network_.subscription(connection_, std::move(packet));
  } else {
    queued_.push_back(std::move(packet));
  }
}

std::optional<Packet> SubscribeSocket::take_message() {
  if (messages_.empty()) return std::nullopt;
  Packet packet = std::move(messages_.front());
  messages_.pop_front();
  if (connection_->unread > 0) --connection_->unread;
  return packet;
}

std::optional<ConnectionEvent> SubscribeSocket::take_event() { return take(events_); }

void SubscribeSocket::connected() {
  for (Packet& packet : std::exchange(queued_, {})) {
    network_.subscription(connection_, std::move(packet));
  }
  events_.push_back(ConnectionEvent::connected);
  notify_();
}

void SubscribeSocket::disconnected() {
  queued_.clear();
  for (const auto& [topic, times] : topics_) queued_.push_back({0, true, topic, {}});
  events_.push_back(ConnectionEvent::disconnected);
  notify_();
}

void SubscribeSocket::received(Packet packet) {
  messages_.push_back(std::move(packet));
  notify_();
}

}  // namespace bulletin::simulation
