#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "client/transport/zmq_transport.hpp"
#include "client/transport_contract.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"

namespace bulletin::test {
namespace {

class ZmqTransportPeer final : public TransportPeer {
 public:
  ZmqTransportPeer() { come_back(); }

  std::unique_ptr<client::Transport> make_transport() override {
    return std::make_unique<client::ZmqTransport>(endpoint_, std::nullopt);
  }
  [[nodiscard]] std::string endpoint() const override { return endpoint_; }
  [[nodiscard]] std::string updates_endpoint() const override { return updates_endpoint_; }

  std::string hear() override {
    request_.clear();
    do {
      REQUIRE(router_->recv(request_.emplace_back()));
    } while (request_.back().more());
    return request_.back().to_string();
  }

  void answer(std::string_view reply) override {
    request_.back().rebuild(reply.data(), reply.size());
    for (zmq::message_t& frame : request_) {
      const bool last = &frame == &request_.back();
      router_->send(frame, last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
  }

  void await_subscription(std::string_view topic) override {
    const std::string wanted = '\1' + std::string(topic);
    for (zmq::message_t message; message.to_string_view() != wanted;)
      REQUIRE(publisher_->recv(message));
  }

  void publish(std::string_view topic, std::string_view body) override {
    publisher_->send(zmq::const_buffer(topic.data(), topic.size()), zmq::send_flags::sndmore);
    publisher_->send(zmq::const_buffer(body.data(), body.size()));
  }

  void go() override {
    router_.reset();
    publisher_.reset();
  }

  void come_back() override {
    bind(router_, zmq::socket_type::router, endpoint_);
    bind(publisher_, zmq::socket_type::xpub, updates_endpoint_);
    publisher_->set(zmq::sockopt::xpub_verbose, true);
  }

 private:
  void bind(std::unique_ptr<zmq::socket_t>& socket, zmq::socket_type type, std::string& endpoint) {
    socket = std::make_unique<zmq::socket_t>(context_, type);
    socket->set(zmq::sockopt::linger, 0);
    socket->set(zmq::sockopt::sndhwm, 0);
    socket->set(zmq::sockopt::rcvtimeo,
                static_cast<int>(std::chrono::milliseconds(patience).count()));
    REQUIRE(await([&] {
      try {
        socket->bind(endpoint);
        return true;
      } catch (const zmq::error_t&) {
        return false;  // the one that had the port is not closed yet
      }
    }));
    endpoint = socket->get(zmq::sockopt::last_endpoint);
  }

  zmq::context_t context_;
  std::string endpoint_ = "tcp://127.0.0.1:*";
  std::string updates_endpoint_ = "tcp://127.0.0.1:*";
  std::unique_ptr<zmq::socket_t> router_;
  std::unique_ptr<zmq::socket_t> publisher_;
  std::vector<zmq::message_t> request_;  // with its envelope
};

}  // namespace

const TransportKind& zmq_transport_kind() {
  static const TransportKind kind{"ZeroMQ", [] { return std::make_unique<ZmqTransportPeer>(); }};
  return kind;
}

}  // namespace bulletin::test
