#include "server/flood_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "server/local_address.hpp"
#include "support/await.hpp"
#include "support/catch.hpp"
#include "support/tcp_peer.hpp"

using namespace bulletin;
using namespace bulletin::server;
using namespace bulletin::test;

namespace {

class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return local_port(socket_).value(); }
  [[nodiscard]] int accept() const { return ::accept(socket_, nullptr, nullptr); }

 private:
  int socket_;
};

/// Both ends of a connection to a listener.
class Connection {
 public:
  explicit Connection(const Listener& listener)
      : peer_("tcp://127.0.0.1:" + std::to_string(listener.port())), accepted_(listener.accept()) {}
  ~Connection() { ::close(accepted_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False: it has been ended.
  [[nodiscard]] bool bring(std::size_t bytes) {
    const std::string part(std::size_t{1} << 14, 'x');
    std::string taken(part.size(), '\0');
    for (std::size_t brought = 0; brought < bytes; brought += part.size()) {
      if (!peer_.send(part)) return false;
      if (::recv(accepted_, taken.data(), taken.size(), MSG_WAITALL) !=
          static_cast<ssize_t>(taken.size()))
        return false;
    }
    return true;
  }

 private:
  TcpPeer peer_;
  int accepted_;
};

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Brings more and more until the guard ends it.
bool is_ended(Connection& connection) {
  return await([&] { return !connection.bring(mebibyte); });
}

}  // namespace

TEST_CASE("who brings much while a socket is never read empty is ended, and nobody else") {
  const Listener listener;
  Connection flooding(listener);
  Connection modest(listener);
  FloodGuard guard;
  guard.reading_begins(listener.port());
  CHECK(is_ended(flooding));
  CHECK(modest.bring(mebibyte));
  CHECK(await([&] { return guard.take_ended() == 1; }));
}

TEST_CASE("a reading goes on until its socket is read empty") {
  const Listener listener;
  Connection flooding(listener);
  FloodGuard guard;
  // As in the turns of a broker that does not get through.
  CHECK(await([&] {
    guard.reading_begins(listener.port());
    guard.reading_ends(listener.port(), false);
    return !flooding.bring(mebibyte);
  }));
}

TEST_CASE("what is brought to a socket that is read empty has no bound") {
  const Listener read_empty;
  const Listener behind;
  Connection busy(read_empty);
  Connection flooding(behind);
  FloodGuard guard;
  guard.reading_begins(read_empty.port());
  guard.reading_ends(read_empty.port(), true);
  guard.reading_begins(behind.port());
  CHECK(await([&] { return !busy.bring(mebibyte) || !flooding.bring(mebibyte); }));
  CHECK(busy.bring(2 * FloodGuard::most_bytes));
}
