// The transport by ZeroMQ, as docs/protocol.md describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "client/transport/keys.hpp"
#include "client/transport/poller.hpp"
#include "client/transport/sockets.hpp"
#include "client/transport/transport.hpp"

namespace bulletin::client {

/// Two REQ sockets and a SUB socket. The descriptor of a ZeroMQ socket tells only that something
/// has happened since the socket was last used, and every call may take that signal and leave a
/// message. So before a wait, a socket that was used since the last one is asked for its events;
/// the SUB socket is emptied whenever it is used, or noted as not emptied.
class ZmqTransport final : public Transport {
 public:
  ZmqTransport(const std::string& endpoint, const std::optional<Keys>& keys);

  [[nodiscard]] int descriptor() const noexcept override { return poller_.descriptor(); }
  [[nodiscard]] bool is_ready() override;
  bool wait(std::chrono::milliseconds time) override;
  void wake() noexcept override { waker_.wake(); }

  std::optional<ConnectionEvent> next_event() override;
  std::optional<std::string_view> next_answer(Channel channel) override;
  std::optional<Update> next_update() override;

  bool send(Channel channel, std::string_view request) override;
  bool is_receiving() noexcept override { return commands_.monitor.is_receiving(); }

  void connect(const std::string& endpoint) override;
  [[nodiscard]] const std::string& peer_address() const noexcept override { return peer_address_; }
  [[nodiscard]] bool handshakes_end_at_once() const noexcept override {
    return commands_.monitor.ends_at_once();
  }
  void open_updates(const std::vector<std::string>& topics) override;
  void connect_updates(const std::string& endpoint) override;
  void close_updates() override;
  void subscribe(const std::vector<replica::SubscriptionChange>& changes) override;

 private:
  /// A REQ socket.
  struct Requests {
    Requests(zmq::context_t& context, const std::optional<Keys>& keys, Channel channel,
             const std::string& monitor_name);

    const Channel channel;
    Socket socket;
    ConnectionMonitor monitor;
    int descriptor;
    zmq::message_t answer;
    bool awaits_answer = false;  // the last request has none
    bool blocked = false;        // there was no connection to take it
    bool used = false;           // since it was last asked for its events
    bool ready = false;          // there may be an answer, or a connection
  };

  Requests& requests(Channel channel) noexcept {
    return channel == Channel::commands ? commands_ : writes_;
  }
  bool ask(Requests& requests);
  void note(Requests& requests, const Poller::Ready& ready);
  void connect(Requests& requests, const std::string& endpoint);
  void take_events(Requests& requests, bool told);
  void gather();

  using Message = std::pair<zmq::message_t, zmq::message_t>;  // topic and body

  const std::optional<Keys> keys_;
  const std::unique_ptr<zmq::context_t> context_;  // before the sockets, which end before it
  Waker waker_;
  Poller poller_;
  std::string endpoint_;
  Requests commands_;
  Requests writes_;
  std::string peer_address_;
  std::deque<ConnectionEvent> events_;

  std::uint64_t monitors_made_ = 0;
  std::optional<Socket> updates_;
  std::optional<ConnectionMonitor> updates_monitor_;  // ends before the socket
  int updates_descriptor_ = -1;
  bool updates_ready_ = false;  // the socket may have messages
  std::deque<Message> waiting_;
  std::size_t waiting_bytes_ = 0;
  Message update_;  // the one given out last
};

}  // namespace bulletin::client
