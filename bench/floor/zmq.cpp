// ZeroMQ by itself.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include <zmq.hpp>

#include "floor/floor.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"
#include "harness/synced_file.hpp"

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

/// Calls `take` with each that comes, until the starter has gone.
template <class Take>
void receive_stamps(const std::string& endpoint, Take take) {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::sub);
  socket.set(zmq::sockopt::subscribe, "");
  socket.connect(endpoint);
  while (wait(socket)) {
    zmq::message_t message;
    (void)socket.recv(message);
    take(stamp_of(message));
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

  zmq::context_t& context() noexcept { return context_; }

  void ask(std::int64_t time_ns) {
    socket_.send(stamped(time_ns), zmq::send_flags::none);
    zmq::message_t reply;
    (void)socket_.recv(reply);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

/// Takes what is published on a thread of its own, in the context of the sender, as a replica does.
class Listener {
 public:
  Listener(zmq::context_t& context, const std::string& endpoint)
      : context_(context), thread_([&context, endpoint] { listen(context, endpoint); }) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { context_.shutdown(); }

 private:
  static void listen(zmq::context_t& context, const std::string& endpoint) {
    zmq::socket_t socket(context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::subscribe, "");
    socket.connect(endpoint);
    zmq::message_t message;
    try {
      for (;;) (void)socket.recv(message);
    } catch (const zmq::error_t& error) {
      if (error.num() != ETERM) throw;  // which says that the context was shut down
    }
  }

  zmq::context_t& context_;
  std::jthread thread_;
};

class PingPong final : public Contender {
 public:
  explicit PingPong(const Setting& setting)
      : pace_(setting.pace), echo_(setting, "zmq-echo"), requester_(echo_.line()) {}

  Round round() override {
    return timed(pace_, [&] { requester_.ask(1); });
  }

 private:
  const Pace pace_;
  FarEnd echo_;
  Requester requester_;
};

/// What a write costs at least that is on the disk before it is answered.
class PingPongAndSync final : public Contender {
 public:
  explicit PingPongAndSync(const Setting& setting)
      : pace_(setting.pace),
        echo_(setting, "zmq-echo"),
        requester_(echo_.line()),
        file_((folder_.path() / "file").string()) {}

  Round round() override {
    return timed(pace_, [&] {
      requester_.ask(1);
      file_.append(std::string(400, 'x'));
    });
  }

 private:
  const Pace pace_;
  FarEnd echo_;
  Requester requester_;
  TemporaryFolder folder_;
  SyncedFile file_;
};

class Relay final : public Contender {
 public:
  enum class Told { receiver, sender_too };

  Relay(const Setting& setting, const char* receiver, Told told)
      : relay_(setting, "zmq-relay"), requester_(relay_.line()), published_at_(relay_.line()) {
    // Before the receiver, as whoever writes has its namespace open before another process looks.
    if (told == Told::sender_too) {
      listener_ = std::make_unique<Listener>(requester_.context(), published_at_);
    }
    propagation_ = std::make_unique<Propagation>(
        setting, [this](std::int64_t time_ns) { requester_.ask(time_ns); }, receiver,
        std::vector{published_at_});
  }

  Round round() override { return propagation_->round(); }

 private:
  FarEnd relay_;
  Requester requester_;
  const std::string published_at_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Propagation> propagation_;
};

/// Whoever has them all says so; the slowest ends the round.
class Fanout final : public Contender {
 public:
  Fanout(const Setting& setting, std::size_t subscribers)
      : publisher_(context_, zmq::socket_type::xpub), messages_(setting.quick ? 100'000 : 400'000) {
    publisher_.set(zmq::sockopt::linger, 0);
    publisher_.set(zmq::sockopt::sndhwm, 0);
    publisher_.set(zmq::sockopt::xpub_verbose, true);  // each subscription is told, equal or not
    const std::string endpoint = bind(publisher_);
    for (std::size_t i = 0; i != subscribers; ++i) {
      subscribers_.push_back(std::make_unique<FarEnd>(
          setting, "zmq-counter", std::vector{endpoint, std::to_string(messages_)}));
      zmq::message_t subscription;
      (void)publisher_.recv(subscription);
    }
  }

  Round round() override {
    const std::int64_t begin = now_ns();
    for (std::size_t i = 0; i != messages_; ++i) {
      publisher_.send(zmq::message_t(fanout_bytes), zmq::send_flags::none);
    }
    std::int64_t end = begin;
    for (const auto& subscriber : subscribers_) {
      end = std::max<std::int64_t>(end, std::stoll(subscriber->line()));
    }
    return rate_of(messages_ * subscribers_.size(), static_cast<double>(end - begin) / 1e9);
  }

 private:
  static constexpr std::size_t fanout_bytes = 64;
  zmq::context_t context_;
  zmq::socket_t publisher_;
  const std::size_t messages_;
  std::vector<std::unique_ptr<FarEnd>> subscribers_;
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
  Arrivals arrivals;
  receive_stamps(arguments.at(0), [&](std::int64_t time_ns) { arrivals.arrived(time_ns); });
}

/// As the reader of a board does: another thread reads an atomic again and again while a round
/// lasts.
void zmq_reader_role(const std::vector<std::string>& arguments) {
  std::atomic<std::int64_t> stamp = end_of_round;
  std::atomic<bool> gone = false;
  std::jthread reader([&] {
    Arrivals arrivals;
    for (;;) {
      stamp.wait(end_of_round);
      if (gone) return;
      read_while_round_lasts(arrivals, [&] { return stamp.load(std::memory_order_acquire); });
    }
  });
  receive_stamps(arguments.at(0), [&](std::int64_t time_ns) {
    stamp.store(time_ns, std::memory_order_release);
    stamp.notify_one();
  });
  gone = true;
  stamp = warm_up;
  stamp.notify_one();
}

void zmq_counter_role(const std::vector<std::string>& arguments) {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::sub);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::subscribe, "");
  socket.connect(arguments.at(0));
  const unsigned long wanted = std::stoul(arguments.at(1));
  zmq::message_t message;
  while (wait(socket)) {
    for (unsigned long i = 0; i != wanted; ++i) (void)socket.recv(message);
    say(std::to_string(now_ns()));
  }
}

Way zmq_ping_pong_and_sync() {
  return way<PingPongAndSync>("ZeroMQ ping-pong, and fdatasync", Kind::limit);
}
Way zmq_ping_pong() { return way<PingPong>("ZeroMQ ping-pong", Kind::limit); }
Way zmq_relay() {
  return way<Relay>("ZeroMQ relay", Kind::limit, "zmq-subscriber", Relay::Told::receiver);
}
Way zmq_relay_told() {
  return way<Relay>("ZeroMQ relay, sender told", Kind::limit, "zmq-subscriber",
                    Relay::Told::sender_too);
}
Way zmq_relay_read() {
  return way<Relay>("ZeroMQ relay, read", Kind::limit, "zmq-reader", Relay::Told::receiver);
}
Way zmq_fanout(std::size_t subscribers) {
  return way<Fanout>("ZeroMQ XPUB to " + std::to_string(subscribers), Kind::limit, subscribers);
}

}  // namespace bulletin::bench
