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
    const Count count(bytes_, own_tail());
    write(count.tail);
  }
  void append_shared(const Shared& bytes) {
    chunks_.push_back({bytes, {}});
    bytes_ += bytes->size();
  }

  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Sends as much as the socket takes now. False: the connection has ended.
  bool send_to(int socket);

 private:
  /// Adds what the tail has grown by to `bytes`.
  struct Count {
    Count(std::size_t& bytes, std::string& tail) : bytes(bytes), tail(tail), before(tail.size()) {}
    ~Count() { bytes += tail.size() - before; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;

    std::size_t& bytes;
    std::string& tail;
    const std::size_t before;
  };

  struct Chunk {
    Shared shared;  // else `own`
    std::string own;

    [[nodiscard]] std::string_view view() const noexcept { return shared ? *shared : own; }
  };

  std::string& own_tail();
  void sent(std::size_t bytes);

  std::deque<Chunk> chunks_;
  std::size_t begin_ = 0;  // what of the first chunk has been sent
  std::size_t bytes_ = 0;
};

}  // namespace bulletin::server
