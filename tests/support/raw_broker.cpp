#include "support/raw_broker.hpp"

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace bulletin::test {

RawBroker::RawBroker(const std::string& bind, Answer answer) : answer_(std::move(answer)) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(bind);
  endpoint_ = socket_.get(zmq::sockopt::last_endpoint);
  thread_ = std::thread([this] { serve(); });
}

RawBroker::~RawBroker() {
  stopping_ = true;
  thread_.join();
}

void RawBroker::serve() {
  while (!stopping_) {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    if (zmq::poll(&item, 1, std::chrono::milliseconds(10)) > 0) answer_one();
  }
}

void RawBroker::answer_one() {
  std::vector<zmq::message_t> frames;
  do {
    frames.emplace_back();
    (void)socket_.recv(frames.back());
  } while (frames.back().more());
  const std::optional<std::string> reply = answer_(frames.back().to_string_view());
  if (!reply) return;
  frames.back().rebuild(reply->data(), reply->size());
  for (std::size_t i = 0; i != frames.size(); ++i) {
    socket_.send(frames[i],
                 i + 1 != frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
}

}  // namespace bulletin::test
