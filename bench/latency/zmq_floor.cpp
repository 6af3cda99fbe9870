// The floor under the design: the same sockets with nothing of ours between them.

#include <array>
#include <cstring>
#include <optional>

#include <zmq.hpp>

#include "latency/far_end.hpp"
#include "latency/pacing.hpp"

namespace bulletin::bench {
namespace {

constexpr std::size_t message_bytes = 32;

zmq::message_t stamped(std::int64_t time_ns) {
  zmq::message_t message(message_bytes);
  std::memset(message.data(), 0, message.size());
  std::memcpy(message.data(), &time_ns, sizeof time_ns);
  return message;
}

std::int64_t stamp_of(const zmq::message_t& message) {
  std::int64_t time_ns = 0;
  std::memcpy(&time_ns, message.data(), sizeof time_ns);
  return time_ns;
}

std::string bind(zmq::socket_t& socket) {
  socket.bind("tcp://127.0.0.1:*");
  return socket.get(zmq::sockopt::last_endpoint);
}

/// Waits for a message; false: the starter has gone.
bool wait(zmq::socket_t& socket) {
  for (;;) {
    zmq::pollitem_t items[] = {{socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, 0, ZMQ_POLLIN, 0}};
    zmq::poll(items, 2, std::chrono::milliseconds(-1));
    if (items[0].revents != 0) return true;
    if (items[1].revents != 0) return false;
  }
}

/// A ROUTER that sends each request back, and, as the broker does, first publishes it.
void serve(zmq::socket_t& router, zmq::socket_t* publisher) {
  while (wait(router)) {
    std::array<zmq::message_t, 3> frames;  // identity, delimiter, body
    for (zmq::message_t& frame : frames) (void)router.recv(frame);
    if (publisher != nullptr) {
      zmq::message_t copy;
      copy.copy(frames[2]);
      publisher->send(copy, zmq::send_flags::none);
    }
    router.send(frames[0], zmq::send_flags::sndmore);
    router.send(frames[1], zmq::send_flags::sndmore);
    router.send(frames[2], zmq::send_flags::none);
  }
}

class Requester {
 public:
  explicit Requester(const std::string& endpoint) : socket_(context_, zmq::socket_type::req) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect(endpoint);
  }

  void ask(std::int64_t time_ns) {
    socket_.send(stamped(time_ns), zmq::send_flags::none);
    zmq::message_t reply;
    (void)socket_.recv(reply);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

class PingPong final : public Contender {
 public:
  explicit PingPong(const Self& self)
      : pace_(self.pace), echo_(self, "zmq-echo"), requester_(echo_.line()) {}

  Percentiles round() override {
    return timed(pace_, [&] { requester_.ask(1); });
  }

 private:
  const Pace pace_;
  FarEnd echo_;
  Requester requester_;
};

class Relay final : public Contender {
 public:
  explicit Relay(const Self& self)
      : pace_(self.pace),
        relay_(self, "zmq-relay"),
        requester_(relay_.line()),
        subscriber_(self, "zmq-subscriber", {relay_.line()}) {
    // Until one has come through: then the subscription is there.
    for (int i = 0; i != 50; ++i) {
      requester_.ask(warm_up);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    (void)subscriber_.line();
  }

  Percentiles round() override {
    repeat(pace_, [&] { requester_.ask(now_ns()); });
    requester_.ask(end_of_round);
    return Percentiles::of_text(subscriber_.line());
  }

 private:
  const Pace pace_;
  FarEnd relay_;
  Requester requester_;
  FarEnd subscriber_;
};

}  // namespace

void zmq_echo_role(const std::vector<std::string>&) {
  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  say(bind(router));
  serve(router, nullptr);
}

void zmq_relay_role(const std::vector<std::string>&) {
  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  zmq::socket_t publisher(context, zmq::socket_type::xpub);
  publisher.set(zmq::sockopt::linger, 0);
  say(bind(router));
  say(bind(publisher));
  serve(router, &publisher);
}

void zmq_subscriber_role(const std::vector<std::string>& arguments) {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::sub);
  socket.set(zmq::sockopt::subscribe, "");
  socket.connect(arguments.at(0));
  Arrivals arrivals;
  while (wait(socket)) {
    zmq::message_t message;
    (void)socket.recv(message);
    arrivals.arrived(stamp_of(message));
  }
}

std::unique_ptr<Contender> zmq_ping_pong(const Self& self) {
  return std::make_unique<PingPong>(self);
}

std::unique_ptr<Contender> zmq_relay(const Self& self) { return std::make_unique<Relay>(self); }

}  // namespace bulletin::bench
