// Something that a client takes for a broker.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <zmq.hpp>

namespace bulletin::test {

/// Answers requests on a thread of its own, in a way that a broker would not.
class RawBroker {
 public:
  /// The body of the answer to the body of a request; nullopt: there is none.
  using Answer = std::function<std::optional<std::string>(std::string_view)>;

  RawBroker(const std::string& bind, Answer answer);
  ~RawBroker();
  RawBroker(const RawBroker&) = delete;
  RawBroker& operator=(const RawBroker&) = delete;

  const std::string& endpoint() const noexcept { return endpoint_; }

 private:
  void serve();
  void answer_one();

  const Answer answer_;
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::router};
  std::string endpoint_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace bulletin::test
