// Bytes that ZeroMQ holds.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <zmq.hpp>

#include "server/message.hpp"

namespace bulletin::server {

/// A sum that outlives whoever made it: ZeroMQ gives bytes back on threads of its own, at any time.
using ByteCount = std::shared_ptr<std::atomic<std::size_t>>;

inline ByteCount make_byte_count() { return std::make_shared<std::atomic<std::size_t>>(0); }

inline std::size_t bytes_in(const ByteCount& count) noexcept {
  return count->load(std::memory_order_relaxed);
}

/// Bytes that are part of a sum while they live.
class CountedBody {
 public:
  CountedBody(std::string&& body, ByteCount count)
      : bytes(std::move(body)), count_(std::move(count)) {
    count_->fetch_add(bytes.size(), std::memory_order_relaxed);
  }
  ~CountedBody() { count_->fetch_sub(bytes.size(), std::memory_order_relaxed); }
  CountedBody(const CountedBody&) = delete;
  CountedBody& operator=(const CountedBody&) = delete;

  std::string bytes;

 private:
  ByteCount count_;
};

/// A message that is counted until ZeroMQ has no use for it.
inline zmq::message_t to_counted_message(std::string&& bytes, const ByteCount& count) {
  return hand_over(std::make_unique<CountedBody>(std::move(bytes), count));
}

}  // namespace bulletin::server
