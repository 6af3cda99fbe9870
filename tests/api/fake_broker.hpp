// A broker whose answers a test decides.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <zmq.hpp>

#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::test {

/// Welcomes everybody, proves subscriptions live, and holds nothing.
class FakeBroker {
 public:
  /// What to answer instead; nullopt: as an empty broker does. "": nothing.
  using Answer = std::function<std::optional<std::string>(const wire::Request&)>;

  explicit FakeBroker(Answer answer);
  ~FakeBroker();
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  const std::string& endpoint() const noexcept { return endpoint_; }
  /// How many WRITE requests have come, repetitions included.
  int writes() const noexcept { return writes_; }

 private:
  void run();
  void answer_one();
  std::string usual(const wire::Request& request) const;
  void prove_one();

  const Answer answer_;
  zmq::context_t context_;
  zmq::socket_t commands_{context_, zmq::socket_type::router};
  zmq::socket_t updates_{context_, zmq::socket_type::xpub};
  std::string endpoint_;
  std::uint64_t updates_port_ = 0;
  wire::Epoch epoch_;
  std::atomic<int> writes_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// The bytes of a refusal.
std::string refusal(wire::Status status, std::string message, std::string name = {});

}  // namespace bulletin::test
