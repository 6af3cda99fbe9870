// What waits to be sent on one connection.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace bulletin::server {

/// Bytes in their order, some of which many connections share.
class SendQueue {
 public:
  using Shared = std::shared_ptr<const std::string>;

  /// `write(std::string&)` appends to what is sent; also when it throws.
  template <class F>
  void append(F&& write) {
    const Count count(*this, own_tail());
    write(count.tail);
  }
  void append_shared(const Shared& bytes) {
    chunks_.push_back({bytes, {}});
    bytes_ += bytes->size();
    held_ += chunks_.back().held();
  }

  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Bytes of memory: that of a message goes when all of it has been sent.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  /// Sends as much as the socket takes now. False: the connection has ended.
  bool send_to(int socket);
  /// The kernel had no memory for what it was to send last: the socket does not tell when it has.
  [[nodiscard]] bool tries_later() const noexcept { return tries_later_; }

 private:
  /// Adds what the tail has grown by to the sums.
  struct Count {
    Count(SendQueue& queue, std::string& tail)
        : queue(queue), tail(tail), bytes(tail.size()), held(tail.capacity()) {}
    ~Count() {
      queue.bytes_ += tail.size() - bytes;
      queue.held_ += tail.capacity() - held;
    }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;

    SendQueue& queue;
    std::string& tail;
    const std::size_t bytes;
    const std::size_t held;
  };

  struct Chunk {
    Shared shared;  // else `own`
    std::string own;

    [[nodiscard]] std::string_view view() const noexcept { return shared ? *shared : own; }
    [[nodiscard]] std::size_t held() const noexcept {
      return sizeof(Chunk) + (shared ? shared->size() : own.capacity());
    }
  };

  std::string& own_tail();
  void sent(std::size_t bytes);

  std::deque<Chunk> chunks_;
  std::size_t begin_ = 0;  // what of the first chunk has been sent
  std::size_t bytes_ = 0;
  std::size_t held_ = 0;
  bool tries_later_ = false;
};

}  // namespace bulletin::server
