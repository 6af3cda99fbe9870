#include "support/lossy_relay.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

#include "wire/update.hpp"

namespace bulletin::test {
namespace {

bool carries_commits(const zmq::message_t& topic, const zmq::message_t& body) {
  if (wire::is_nonce(topic.to_string_view())) return false;
  return std::holds_alternative<wire::CommitsUpdate>(wire::decode_update(body.to_string_view()));
}

}  // namespace

LossyRelay::LossyRelay() : readers_(context_, zmq::socket_type::xpub) {
  readers_.set(zmq::sockopt::xpub_verbose, true);
  readers_.set(zmq::sockopt::linger, 0);
  readers_.bind("tcp://127.0.0.1:*");
  endpoint_ = readers_.get(zmq::sockopt::last_endpoint);
}

LossyRelay::~LossyRelay() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void LossyRelay::connect(const std::string& updates_endpoint) {
  thread_ = std::thread([this, updates_endpoint] { run(updates_endpoint); });
}

void LossyRelay::run(const std::string& updates_endpoint) {
  zmq::socket_t broker(context_, zmq::socket_type::xsub);
  broker.set(zmq::sockopt::linger, 0);
  broker.connect(updates_endpoint);
  while (!stopping_) {
    zmq::pollitem_t items[] = {{broker.handle(), 0, ZMQ_POLLIN, 0},
                               {readers_.handle(), 0, ZMQ_POLLIN, 0}};
    zmq::poll(items, 2, std::chrono::milliseconds(20));
    pass_subscriptions(broker);
    pass_updates(broker);
  }
}

void LossyRelay::pass_updates(zmq::socket_t& from) {
  zmq::message_t topic;
  while (from.recv(topic, zmq::recv_flags::dontwait)) {
    zmq::message_t body;
    (void)from.recv(body);
    if (to_lose_ > 0 && carries_commits(topic, body)) {
      --to_lose_;
      ++lost_;
      continue;
    }
    readers_.send(topic, zmq::send_flags::sndmore);
    readers_.send(body, zmq::send_flags::none);
  }
}

void LossyRelay::pass_subscriptions(zmq::socket_t& to) {
  zmq::message_t subscription;
  while (readers_.recv(subscription, zmq::recv_flags::dontwait))
    to.send(subscription, zmq::send_flags::none);
}

}  // namespace bulletin::test
