// What a client that means no good costs the others.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/filled.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* space_name = "bench/hostile";
constexpr std::size_t topics = 100'000;

/// Writes of a client that behaves, while another one does not. The figure is the 99th percentile.
class Beside final : public Contender {
 public:
  /// `deed`: what the other one does; empty: there is none.
  Beside(const Setting& setting, std::string deed)
      : setting_(setting), deed_(std::move(deed)), broker_(setting) {
    stamp_.set(0);
  }

  Round round() override {
    std::unique_ptr<FarEnd> hostile;
    if (!deed_.empty()) {
      hostile = std::make_unique<FarEnd>(setting_, "board-hostile",
                                         std::vector{deed_, broker_.endpoint()});
      hostile->line();  // it has begun
    }
    Round round = timed(setting_.pace, [&] { stamp_.set(now_ns()); });
    round.figure = round.latency.at(0.99);
    return round;
  }

 private:
  const Setting setting_;
  const std::string deed_;
  BrokerProcess broker_;
  Client client_{{.endpoint = broker_.endpoint()}};
  Attribute<std::int64_t> stamp_ = client_.open(space_name).attribute<std::int64_t>("stamp");
};

zmq::socket_t socket_to(zmq::context_t& context, zmq::socket_type type,
                        const std::string& endpoint) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::linger, 0);
  socket.connect(endpoint);
  return socket;
}

void send(zmq::socket_t& socket, const std::string& request) {
  socket.send(zmq::message_t(), zmq::send_flags::sndmore);
  socket.send(zmq::buffer(request), zmq::send_flags::none);
}

std::string updates_of(const std::string& commands) {
  zmq::context_t context;
  zmq::socket_t socket = socket_to(context, zmq::socket_type::dealer, commands);
  send(socket, wire::encode(wire::Hello{}));
  zmq::message_t reply;
  do {
    if (!socket.recv(reply)) throw std::runtime_error("no answer to HELLO");
  } while (reply.more());
  const wire::Welcome welcome = wire::decode_welcome(reply.to_string());
  return "tcp://127.0.0.1:" + std::to_string(welcome.updates.port);
}

/// Requests as fast as they are taken, of the kind that is answered at length.
[[noreturn]] void flood(const std::string& commands) {
  zmq::context_t context;
  std::vector<zmq::socket_t> sockets;
  for (int i = 0; i != 4; ++i)
    sockets.push_back(socket_to(context, zmq::socket_type::dealer, commands));
  say("begun");
  for (std::string request = wire::encode(wire::List{"", ""});;) {
    for (zmq::socket_t& socket : sockets) send(socket, request);
    for (zmq::socket_t& socket : sockets) {
      zmq::message_t answer;
      while (socket.recv(answer, zmq::recv_flags::dontwait)) {
      }
    }
  }
}

/// Opens connections, says a few bytes that are no greeting, and drops them.
[[noreturn]] void come_and_go(const std::string& commands) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port =
      htons(static_cast<std::uint16_t>(std::stoul(commands.substr(commands.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Closed without a farewell: the ports are free again at once.
  const linger at_once{1, 0};
  say("begun");
  for (;;) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      static_cast<void>(::send(socket, "hello", 5, MSG_NOSIGNAL));
    ::close(socket);
  }
}

/// 100,000 topics, and again from the beginning.
[[noreturn]] void subscribe(const std::string& commands) {
  zmq::context_t context;
  const std::string updates = updates_of(commands);
  for (bool told = false;;) {
    zmq::socket_t socket(context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);
    socket.connect(updates);
    for (std::size_t i = 0; i != topics; ++i)
      socket.set(zmq::sockopt::subscribe, wire::topic_of("hostile/" + std::to_string(i)));
    if (!told) say("begun");
    told = true;
    usleep(200'000);
  }
}

/// Asks for what is large and for all updates, and takes neither.
[[noreturn]] void never_read(const std::string& commands) {
  Client client({.endpoint = commands});
  client.open(space_name).set("large", std::string(1000'000, 'l'));
  zmq::context_t context;
  zmq::socket_t reader(context, zmq::socket_type::sub);
  reader.set(zmq::sockopt::rcvhwm, 1);
  reader.set(zmq::sockopt::subscribe, "");
  reader.connect(updates_of(commands));
  std::vector<zmq::socket_t> sockets;
  for (int i = 0; i != 4; ++i) {
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, 1);
    socket.connect(commands);
    sockets.push_back(std::move(socket));
  }
  say("begun");
  for (const std::string request = wire::encode(wire::Read{space_name, {"large"}});;) {
    for (zmq::socket_t& socket : sockets) send(socket, request);
  }
}

/// Nothing to do with the broker, but both processors of a small machine are taken, as by a broker
/// that is kept busy: what is beyond this is the broker's doing.
[[noreturn]] void spin() {
  const auto turn = [] {
    for (volatile unsigned turns = 0;;) turns = turns + 1;
  };
  say("begun");
  std::thread(turn).detach();
  turn();
  std::abort();
}

}  // namespace

void board_hostile_role(const std::vector<std::string>& arguments) {
  const std::string& deed = arguments.at(0);
  const std::string& commands = arguments.at(1);
  if (deed == "spin") spin();
  // It is on this host for want of another: the processors are to be the broker's and the others'.
  const sched_param unused{};
  static_cast<void>(sched_setscheduler(0, SCHED_IDLE, &unused));
  if (deed == "flood") flood(commands);
  if (deed == "come-and-go") come_and_go(commands);
  if (deed == "subscribe") subscribe(commands);
  never_read(commands);
}

Way board_set_beside(const std::string& what, const std::string& deed) {
  return way<Beside>("Bulletin set, " + what, Kind::ours, deed);
}

}  // namespace bulletin::bench
