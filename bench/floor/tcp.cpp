// TCP by itself.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "floor/floor.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"

namespace bulletin::bench {
namespace {

using Message = std::array<char, 32>;

bool receive(int socket, Message& message) {
  return recv(socket, message.data(), message.size(), MSG_WAITALL) ==
         static_cast<ssize_t>(message.size());
}

bool send(int socket, const Message& message) {
  return ::send(socket, message.data(), message.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

class PingPong final : public Contender {
 public:
  explicit PingPong(const Setting& setting)
      : pace_(setting.pace),
        echo_(setting, "tcp-echo"),
        socket_(connect_to(std::stoi(echo_.line()))) {}
  ~PingPong() override { close(socket_); }
  PingPong(const PingPong&) = delete;
  PingPong& operator=(const PingPong&) = delete;

  Round round() override {
    return timed(pace_, [&] {
      Message message{};
      if (!send(socket_, message) || !receive(socket_, message))
        throw std::runtime_error("the TCP connection has ended");
    });
  }

 private:
  const Pace pace_;
  FarEnd echo_;
  const int socket_;
};

}  // namespace

/// Serves one connection, until it ends.
void tcp_echo_role(const std::vector<std::string>&) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, any, &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  say(std::to_string(ntohs(address.sin_port)));
  const int connection = accept(listener, nullptr, nullptr);
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (Message message{}; receive(connection, message) && send(connection, message);) {
  }
  close(connection);
  close(listener);
}

Way tcp_ping_pong() { return way<PingPong>("TCP ping-pong", Kind::limit); }

}  // namespace bulletin::bench
