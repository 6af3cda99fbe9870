#include "client/transport/sockets.hpp"

#include <memory>
#include <optional>
#include <string>

#include <zmq.hpp>

#include "support/await.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using client::ConnectionMonitor;

namespace {

/// Hears requests, answers none, and can go away and come back.
class SilentBroker {
 public:
  SilentBroker() { bind("tcp://127.0.0.1:*"); }

  void go() { socket_.reset(); }

  void come_back() {
    REQUIRE(test::await([this] {
      try {
        bind(endpoint_);
        return true;
      } catch (const zmq::error_t&) {
        return false;  // the one that had the port is not closed yet
      }
    }));
  }

  /// False: no request in all the time that a test waits.
  bool hears() {
    socket_->set(zmq::sockopt::rcvtimeo, static_cast<int>(test::patience / one_millisecond));
    for (zmq::message_t frame;;) {
      if (!socket_->recv(frame)) return false;
      if (!frame.more()) return true;
    }
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  static constexpr std::chrono::milliseconds one_millisecond{1};

  void bind(const std::string& endpoint) {
    auto socket = std::make_unique<zmq::socket_t>(context_, zmq::socket_type::router);
    socket->set(zmq::sockopt::linger, 0);
    socket->bind(endpoint);
    endpoint_ = socket->get(zmq::sockopt::last_endpoint);
    socket_ = std::move(socket);
  }

  zmq::context_t context_;
  std::unique_ptr<zmq::socket_t> socket_;
  std::string endpoint_;
};

void await_event(ConnectionMonitor& monitor, ConnectionMonitor::Event wanted) {
  for (std::optional<ConnectionMonitor::Event> event; event != wanted; event = monitor.next()) {
    zmq::pollitem_t item{monitor.socket().handle(), 0, ZMQ_POLLIN, 0};
    client::poll(&item, 1, test::patience);
    REQUIRE(item.revents != 0);
  }
}

}  // namespace

TEST_CASE("A request that is sent anew when its connection is lost goes to the next connection") {
  SilentBroker broker;
  zmq::context_t context;
  zmq::socket_t socket = client::make_command_socket(context, {});
  ConnectionMonitor monitor(context, socket, "monitor");
  socket.connect(broker.endpoint());
  await_event(monitor, ConnectionMonitor::Event::connected);
  for (int round = 0; round != 20; ++round) {
    CAPTURE(round);
    REQUIRE(test::await([&] { return client::send(socket, "asked"); }));
    REQUIRE(broker.hears());
    broker.go();
    await_event(monitor, ConnectionMonitor::Event::disconnected);
    client::leave_lost_connection(socket);
    const bool sent = client::send(socket, "asked again");
    broker.come_back();
    if (!sent) REQUIRE(test::await([&] { return client::send(socket, "asked again"); }));
    REQUIRE(broker.hears());
    await_event(monitor, ConnectionMonitor::Event::connected);
  }
}
