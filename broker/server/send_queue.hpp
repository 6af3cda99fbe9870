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

  /// `write(std::string&)` appends to what is sent.
  template <class F>
  void append(F&& write) {
    std::string& tail = own_tail();
    const std::size_t before = tail.size();
    write(tail);
    bytes_ += tail.size() - before;
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
