// A bare TCP connection to this host.
#pragma once

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "support/await.hpp"

namespace bulletin::test {

class TcpPeer {
 public:
  /// `endpoint`: tcp://127.0.0.1:PORT. Where nobody listens there is no connection.
  explicit TcpPeer(const std::string& endpoint) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
  }
  ~TcpPeer() { close(); }
  TcpPeer(TcpPeer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  TcpPeer& operator=(TcpPeer&&) = delete;
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;

  /// Ends the connection.
  void close() noexcept {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  [[nodiscard]] bool connected() const noexcept { return socket_ >= 0; }
  /// Ends what it says; whether the other side hangs up then.
  bool is_turned_away() const {
    ::shutdown(socket_, SHUT_WR);
    std::array<char, 4096> part{};
    pollfd item{socket_, POLLIN, 0};
    while (::poll(&item, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) == 1) {
      if (::recv(socket_, part.data(), part.size(), 0) <= 0) return true;
    }
    return false;
  }
  /// Something has arrived, or the other side has hung up.
  bool has_news() const {
    pollfd item{socket_, POLLIN, 0};
    return ::poll(&item, 1, 0) == 1;
  }
  /// Until the other side hangs up.
  std::string receive_all() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t size = 0; (size = ::recv(socket_, part.data(), part.size(), 0)) > 0;)
      all.append(part.data(), static_cast<std::size_t>(size));
    return all;
  }
  /// Waits for so many bytes; fewer when the other side hangs up before.
  std::string receive(std::size_t bytes) const {
    std::string part(bytes, '\0');
    const ssize_t size = ::recv(socket_, part.data(), bytes, MSG_WAITALL);
    part.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return part;
  }
  /// False when the other side has hung up.
  bool send(std::string_view bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  /// How much was taken, when it is no more for so long, or the other side has hung up.
  std::size_t send_for(std::string_view bytes, std::chrono::milliseconds patience) const {
    std::size_t taken = 0;
    pollfd item{socket_, POLLOUT, 0};
    while (taken < bytes.size() && ::poll(&item, 1, static_cast<int>(patience.count())) == 1) {
      const ssize_t sent =
          ::send(socket_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      taken += static_cast<std::size_t>(sent);
    }
    return taken;
  }
  /// From here on nothing of the other side arrives, and nothing is acknowledged: so a dead host
  /// looks.
  void drop_all_packets() const noexcept {
    sock_filter drop{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &drop};
    ::setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  }
  /// From any thread: what waits in the other calls ends.
  void hang_up() const noexcept { ::shutdown(socket_, SHUT_RDWR); }
  /// As much as is taken without waiting.
  void send_now(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

 private:
  int socket_;
};

}  // namespace bulletin::test
