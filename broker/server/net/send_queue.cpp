#include "server/net/send_queue.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace bulletin::server {
namespace {

/// A chunk is not appended to beyond this, so that what was sent is given back.
constexpr std::size_t chunk_bytes = 64u << 10;
constexpr std::size_t most_parts = 64;

}  // namespace

std::string& SendQueue::own_tail() {
  if (chunks_.empty() || chunks_.back().shared || chunks_.back().own.size() >= chunk_bytes) {
    chunks_.emplace_back();
    held_ += chunks_.back().held();
  }
  return chunks_.back().own;
}

bool SendQueue::send_to(int socket) {
  tries_later_ = false;
  while (bytes_ != 0) {
    std::array<iovec, most_parts> parts;
    std::size_t count = 0;
    std::size_t skipped = begin_;
    for (auto chunk = chunks_.begin(); chunk != chunks_.end() && count < parts.size(); ++chunk) {
      const std::string_view bytes = chunk->view().substr(std::exchange(skipped, 0));
      if (bytes.empty()) continue;
      parts[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t taken = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) {
      tries_later_ = errno == ENOBUFS || errno == ENOMEM;
      return tries_later_ || errno == EAGAIN;
    }
    sent(static_cast<std::size_t>(taken));
  }
  return true;
}

void SendQueue::sent(std::size_t bytes) {
  bytes_ -= bytes;
  begin_ += bytes;
  while (!chunks_.empty() && begin_ >= chunks_.front().view().size()) {
    begin_ -= chunks_.front().view().size();
    held_ -= chunks_.front().held();
    chunks_.pop_front();
  }
}

}  // namespace bulletin::server
