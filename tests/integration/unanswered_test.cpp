// What a client says when no broker answers: each cause in its own words, within a short timeout.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "client/transport/command_connection.hpp"
#include "client/transport/keys.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"
#include "support/guarded_board.hpp"
#include "wire/requests.hpp"

using namespace bulletin;
using namespace bulletin::test;
using namespace std::chrono_literals;

namespace {

constexpr auto short_timeout = 500ms;

/// A TCP server that says one thing to everybody, at once or after it was spoken to, and hangs up.
class Speaker {
 public:
  explicit Speaker(std::string text, std::string waits_for = {}, std::uint16_t port = 0)
      : text_(std::move(text)), waits_for_(std::move(waits_for)) {
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 50) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Speaker() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (std::thread& peer : peers_) peer.join();
    ::close(listener_);
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0;)
      peers_.emplace_back([this, peer] { speak_to(peer); });
  }

  void speak_to(int peer) const {
    const timeval limit{1, 0};
    ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string heard;
    char part[256];
    while (heard.find(waits_for_) == std::string::npos) {
      const ssize_t count = ::recv(peer, part, sizeof part, 0);
      if (count <= 0) break;
      heard.append(part, static_cast<std::size_t>(count));
    }
    if (heard.find(waits_for_) != std::string::npos) {
      ::send(peer, text_.data(), text_.size(), MSG_NOSIGNAL);
      ::shutdown(peer, SHUT_WR);
      while (::recv(peer, part, sizeof part, 0) > 0) {
      }
    }
    ::close(peer);
  }

  const std::string text_;
  const std::string waits_for_;
  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::vector<std::thread> peers_;  // of the thread
  std::thread thread_;
};

/// Every way to ask says it.
void check(ClientOptions options, const std::vector<std::string>& parts) {
  options.open_timeout = short_timeout;
  options.write_timeout = short_timeout;
  options.close_timeout = 100ms;
  const auto is_told = [&](const Error& error) {
    CHECK(error.code() == Errc::disconnected);
    CAPTURE(error.what());
    CHECK(mentions(error, options.endpoint));
    for (const std::string& part : parts) {
      CAPTURE(part);
      CHECK(mentions(error, part));
    }
    if (const auto keys = client::choose_keys(options.server_key, options.key_file))
      CHECK_FALSE(mentions(error, keys->own_secret));
  };
  Client client(options);
  is_told(failure_of([&] { client.open("plant"); }));
  const Error write = failure_of([&] { client.publisher("plant").set("x", 1); });
  is_told(write);
  CHECK(write.name() == "x");
  CHECK(mentions(write, "not applied"));
  is_told(failure_of([&] { client.namespaces(); }));
  client::CommandConnection connection(
      options.endpoint, client::choose_keys(options.server_key, options.key_file), short_timeout);
  is_told(failure_of([&] { connection.ask(wire::encode(wire::List{"", ""})); }));
}

ClientOptions at(const std::string& endpoint) {
  ClientOptions options;
  options.endpoint = endpoint;
  return options;
}

}  // namespace

TEST_CASE("A key that the broker does not know is told with the key to let in", "[keyless]") {
  GuardedBoard board(GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc")));
  board.make_keys("carol");
  check(board.options("carol"),
        {"does not let this client in", board.keys("carol").own_public, "authorized keys"});
}

TEST_CASE("A server key that is not the broker's is told", "[keyless]") {
  GuardedBoard board(GENERATE(std::string("tcp://127.0.0.1:*"), std::string("ipc")));
  ClientOptions options = board.options("alice");
  options.server_key = board.path("bob.pub");
  check(options, {"ends the handshake at once", board.keys("bob").own_public, "is not its own"});
}

TEST_CASE("Keys on one side only are told", "[keyless]") {
  GuardedBoard guarded;
  check(at(guarded.endpoint()), {"wants keys", "--server-key"});
  const Board open;
  ClientOptions options = guarded.options("alice");
  options.endpoint = open.endpoint();
  check(options, {"has no keys", "leave out"});
}

TEST_CASE("The updates endpoint serves commands as well", "[keyless]") {
  const Board board;
  ClientOptions options = board.options();
  options.endpoint = board.updates_endpoint();
  CHECK(Client(options).open("plant").set("x", 1) > Revision());
  GuardedBoard guarded;
  options = guarded.options("alice");
  options.endpoint = guarded.updates_endpoint();
  CHECK(Client(options).open("plant").set("x", 1) > Revision());
}

TEST_CASE("What is not a broker is told with what it says", "[keyless]") {
  const std::string http = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>";
  const std::string gone = Speaker(http).endpoint();
  check(at(gone), {"Connection refused"});
  const Speaker impatient_server(http);
  check(at(impatient_server.endpoint()), {"does not speak ZeroMQ", "HTTP/1.1 400 Bad Request"});
  const Speaker patient_server(http, "\r\n\r\n");
  check(at(patient_server.endpoint()), {"does not speak ZeroMQ", "HTTP/1.1 400 Bad Request"});
  const Speaker shell("SSH-2.0-OpenSSH_9.2p1\r\n");
  check(at(shell.endpoint()), {"does not speak ZeroMQ", "SSH-2.0-OpenSSH_9.2p1"});
  const Speaker binary(std::string("\x15\x03\x01\0\x02\x02\x16", 7));
  check(at(binary.endpoint()), {"does not speak ZeroMQ"});
  const Speaker silent("", "never");
  check(at(silent.endpoint()), {"says nothing"});
  GuardedBoard guarded;
  ClientOptions options = guarded.options("alice");
  options.endpoint = impatient_server.endpoint();
  check(options, {"does not speak ZeroMQ"});
}

TEST_CASE("Another kind of ZeroMQ socket is told", "[keyless]") {
  zmq::context_t context;
  for (const auto& [type, text] : std::vector<std::pair<zmq::socket_type, std::string>>{
           {zmq::socket_type::pull, "of type PULL"},
           {zmq::socket_type::rep, "of type REP"},
           {zmq::socket_type::pub, "where updates are sent"}}) {
    zmq::socket_t socket(context, type);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind("tcp://127.0.0.1:*");
    const std::string endpoint = socket.get(zmq::sockopt::last_endpoint);
    // A REP takes requests, and answers none: whether they were sent makes the error.
    if (type == zmq::socket_type::rep) {
      ClientOptions options = at(endpoint);
      options.open_timeout = short_timeout;
      Client client(options);
      const Error error = failure_of([&] { client.open("plant"); });
      CHECK(mentions(error, text));
    } else {
      check(at(endpoint), {text});
    }
  }
}

TEST_CASE("A host without a name, and a port or path where nobody listens, are told", "[keyless]") {
  check(at("tcp://no-such-host.invalid:5570"), {"'no-such-host.invalid' cannot be resolved"});
  check(at("tcp://127.0.0.1:1"), {"Connection refused", "is bulletin-broker running there"});
  check(at("tcp://[::1]:1"), {"is bulletin-broker running there"});
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "board").string();
  check(at("ipc://" + path), {"there is no such socket"});
  const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(left);
  check(at("ipc://" + path), {"nobody listens at this socket"});
  check(at("ipc://@nobody listens here"), {"nobody listens at this socket"});
  check(at("tcp://127.0.0.1:1,tcp://no-such-host.invalid:1"),
        {"tcp://127.0.0.1:1: ", "Connection refused",
         "tcp://no-such-host.invalid:1: ", "cannot be resolved"});
}

TEST_CASE("A client finds its broker after it has met what is not one", "[keyless]") {
  const auto gets_in = [](Client& client) {
    return await([&] {
      try {
        return client.open("plant").set("x", 1) != Revision();
      } catch (const Error&) {
        return false;
      }
    });
  };
  SECTION("a broker that has no keys yet") {
    GuardedBoard board("ipc");
    const std::string endpoint = board.endpoint();
    board.stop();
    BrokerOptions plain = short_times();
    plain.bind = endpoint;
    Broker other(plain);
    other.start();
    ClientOptions options = board.options("alice", endpoint);
    options.open_timeout = short_timeout;
    Client client(options);
    CHECK_THROWS_AS(client.open("plant"), Error);
    other.stop();
    board.start();
    CHECK(gets_in(client));
  }
  SECTION("a socket that is not a broker's") {
    const TemporaryFolder folder;
    BrokerOptions options = short_times();
    options.bind = "ipc://" + (folder.path() / "board").string();
    zmq::context_t context;
    zmq::socket_t other(context, zmq::socket_type::xpub);
    other.bind(options.bind);
    ClientOptions client_options = at(options.bind);
    client_options.open_timeout = short_timeout;
    Client client(client_options);
    CHECK_THROWS_AS(client.open("plant"), Error);
    client::CommandConnection connection(options.bind, {}, patience);
    CHECK_THROWS_AS(connection.ask(wire::encode(wire::List{"", ""}), short_timeout), Error);
    other.close();
    context.close();
    Broker broker(options);
    broker.start();
    CHECK(gets_in(client));
    CHECK_FALSE(connection.ask(wire::encode(wire::List{"", ""})).empty());
  }
}
