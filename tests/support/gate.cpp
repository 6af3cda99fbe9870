#include "support/gate.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "support/await.hpp"

namespace bulletin::test {
namespace {

constexpr std::size_t bound = 256u << 10;  // of bytes that wait on one way

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Gate::Gate() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("bind");
  if (::listen(listener_, 256) != 0) fail("listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Gate::~Gate() {
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  for (Connection& connection : connections_) end(connection);
  ::close(listener_);
  ::close(wake_);
}

void Gate::lead_to(const std::string& target) {
  target_ = static_cast<std::uint16_t>(std::stoul(target.substr(target.rfind(':') + 1)));
}

void Gate::set(State state) {
  wanted_ = state;
  ::eventfd_write(wake_, 1);
  if (!await([&] { return reached_ == state; })) throw std::runtime_error("the gate is stuck");
}

void Gate::run() {
  while (!stopping_) {
    turn();
    const State state = wanted_;
    if (state == State::shut) {
      for (Connection& connection : connections_) end(connection);
      connections_.clear();
    }
    reached_ = state;
  }
}

void Gate::turn() {
  std::vector<pollfd> items{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
  if (reached_ == State::open) {
    for (const Connection& connection : connections_) {
      for (const Way* way : {&connection.up, &connection.down}) {
        if (way->waiting.size() < bound) items.push_back({way->from, POLLIN, 0});
        if (!way->waiting.empty()) items.push_back({way->to, POLLOUT, 0});
      }
    }
  }
  ::poll(items.data(), items.size(), 1000);
  eventfd_t ignored = 0;
  ::eventfd_read(wake_, &ignored);
  if (items[1].revents != 0) accept_one();
  if (reached_ != State::open || wanted_ != State::open) return;
  for (auto connection = connections_.begin(); connection != connections_.end();) {
    if (pump(connection->up) && pump(connection->down)) {
      ++connection;
    } else {
      end(*connection);
      connection = connections_.erase(connection);
    }
  }
}

void Gate::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(target_);
  const bool connected =
      wanted_ != State::shut &&
      ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (!connected) {
    ::close(client);
    ::close(server);
    return;
  }
  const int on = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connections_.push_back({{client, server, {}}, {server, client, {}}});
}

// False: the connection has ended.
bool Gate::pump(Way& way) {
  char bytes[16 << 10];
  while (way.waiting.size() < bound) {
    const ssize_t size = ::recv(way.from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN)) return false;
    if (size < 0) break;
    way.waiting.append(bytes, static_cast<std::size_t>(size));
  }
  while (!way.waiting.empty()) {
    const ssize_t size =
        ::send(way.to, way.waiting.data(), way.waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN;
    way.waiting.erase(0, static_cast<std::size_t>(size));
    passed_ += static_cast<std::uint64_t>(size);
  }
  return true;
}

void Gate::end(Connection& connection) {
  ::close(connection.up.from);
  ::close(connection.up.to);
}

}  // namespace bulletin::test
