// mosquitto: retained messages of QoS 1, through libmosquitto.

#include <mosquitto.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* topic = "bench/stamp";
constexpr int at_least_once = 1;

void check(int code) {
  if (code != MOSQ_ERR_SUCCESS)
    throw std::runtime_error(std::string("mosquitto: ") + mosquitto_strerror(code));
}

class Server {
 public:
  explicit Server(const Setting& setting)
      : service_(setting, {installed("mosquitto", "mosquitto"), "-c", configuration()}, port_) {}
  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  std::string configuration() const {
    const auto file = folder_.path() / "mosquitto.conf";
    // No bound on what is on its way; without a pause until packets are full.
    std::ofstream(file) << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\n"
                        << "max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n";
    return file.string();
  }

  TemporaryFolder folder_;
  const int port_ = free_port();
  Service service_;
};

/// A connection with a thread of its own.
class Connection {
 public:
  using Message = std::function<void(const std::string&)>;

  explicit Connection(int port, Message told = {})
      : client_(mosquitto_new(nullptr, true, this), mosquitto_destroy), message_(std::move(told)) {
    if (client_ == nullptr) throw std::runtime_error("mosquitto: no client");
    mosquitto_int_option(client_.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(client_.get(), MOSQ_OPT_SEND_MAXIMUM, 0);
    mosquitto_publish_callback_set(client_.get(), [](struct mosquitto*, void* self, int) {
      static_cast<Connection*>(self)->acknowledged();
    });
    mosquitto_message_callback_set(
        client_.get(), [](struct mosquitto*, void* self, const mosquitto_message* message) {
          static_cast<Connection*>(self)->message_({static_cast<const char*>(message->payload),
                                                    static_cast<std::size_t>(message->payloadlen)});
        });
    check(mosquitto_connect(client_.get(), "127.0.0.1", port, 60));
    check(mosquitto_loop_start(client_.get()));
  }
  ~Connection() {
    mosquitto_disconnect(client_.get());
    mosquitto_loop_stop(client_.get(), true);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void subscribe() { check(mosquitto_subscribe(client_.get(), nullptr, topic, at_least_once)); }

  void publish(const std::string& name, const std::string& value) {
    ++published_;
    check(mosquitto_publish(client_.get(), nullptr, name.c_str(), static_cast<int>(value.size()),
                            value.data(), at_least_once, true));
  }

  void wait_for_acknowledgements() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return acknowledged_ == published_; });
  }

 private:
  void acknowledged() {
    std::scoped_lock lock(mutex_);
    ++acknowledged_;
    changed_.notify_one();
  }

  std::unique_ptr<struct mosquitto, decltype(&mosquitto_destroy)> client_;
  const Message message_;
  std::size_t published_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t acknowledged_ = 0;
};

class Publish final : public Contender {
 public:
  explicit Publish(const Setting& setting)
      : pace_(setting.pace), server_(setting), connection_(server_.port()) {}

  Round round() override {
    return timed(pace_, [&] {
      connection_.publish(topic, std::string(32, 'x'));
      connection_.wait_for_acknowledgements();
    });
  }

 private:
  const Pace pace_;
  Server server_;
  Connection connection_;
};

class Arrive final : public Contender {
 public:
  explicit Arrive(const Setting& setting)
      : server_(setting),
        connection_(server_.port()),
        propagation_(setting, [this](std::int64_t time_ns) { send(time_ns); },
                     "mosquitto-subscriber", {std::to_string(server_.port())}) {}

  Round round() override { return propagation_.round(); }

 private:
  void send(std::int64_t time_ns) {
    connection_.publish(topic, std::to_string(time_ns));
    connection_.wait_for_acknowledgements();
  }

  Server server_;
  Connection connection_;
  Propagation propagation_;
};

class Throughput final : public Contender {
 public:
  explicit Throughput(const Setting& setting)
      : server_(setting), connection_(server_.port()), messages_(setting.quick ? 10'000 : 50'000) {}

  Round round() override {
    const std::string value(16, 'x');
    const std::int64_t begin = now_ns();
    for (std::size_t i = 0; i != messages_; ++i)
      connection_.publish("bench/sensor" + std::to_string(1'000'000 + i), value);
    connection_.wait_for_acknowledgements();
    return rate_of(messages_, static_cast<double>(now_ns() - begin) / 1e9);
  }

 private:
  Server server_;
  Connection connection_;
  const std::size_t messages_;
};

void subscriber_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  Connection connection(std::stoi(arguments.at(0)),
                        [&](const std::string& message) { arrivals.arrived(std::stoll(message)); });
  connection.subscribe();
  wait_for_starter();
}

}  // namespace

Roles mosquitto_roles() { return {{"mosquitto-subscriber", subscriber_role}}; }

Rival mosquitto() {
  check(mosquitto_lib_init());
  const auto rival = Kind::rival;
  return {{"write", {way<Publish>("mosquitto, QoS 1", rival)}},
          {"propagate", {way<Arrive>("mosquitto, QoS 1", rival)}},
          {"throughput", {way<Throughput>("mosquitto, not waiting", rival)}}};
}

}  // namespace bulletin::bench
