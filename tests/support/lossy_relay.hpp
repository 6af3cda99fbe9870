// A publisher between the broker and its readers that loses whole updates, as a full queue does.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <zmq.hpp>

namespace bulletin::test {

/// Passes subscriptions up and updates down, both in order. Updates that carry commits (not beats)
/// are lost while asked for. Tell clients of it with `BrokerOptions::advertise`.
class LossyRelay {
 public:
  LossyRelay();
  ~LossyRelay();
  LossyRelay(const LossyRelay&) = delete;
  LossyRelay& operator=(const LossyRelay&) = delete;

  const std::string& endpoint() const noexcept { return endpoint_; }
  /// Where the updates come from; once.
  void connect(const std::string& updates_endpoint);

  /// The next so many updates with commits are lost.
  void lose(std::uint64_t updates) { to_lose_ = updates; }
  std::uint64_t lost() const noexcept { return lost_; }

 private:
  void run(const std::string& updates_endpoint);
  void pass_updates(zmq::socket_t& from);
  void pass_subscriptions(zmq::socket_t& to);

  zmq::context_t context_;
  zmq::socket_t readers_;  // XPUB; the thread's once it runs
  std::string endpoint_;
  std::atomic<std::uint64_t> to_lose_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace bulletin::test
