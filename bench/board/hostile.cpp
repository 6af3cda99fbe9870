// What hostile clients cost the broker and its other clients.

#include "board/hostile.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "board/board.hpp"
#include "client/transport/key_files.hpp"
#include "harness/far_end.hpp"
#include "harness/service.hpp"
#include "support/tcp_peer.hpp"

namespace bulletin::bench {
namespace {

constexpr std::chrono::milliseconds between_requests{2};
constexpr std::chrono::milliseconds usual_time{2000};
constexpr std::chrono::milliseconds quick_time{100};
/// However long what the hostile client does takes for once.
constexpr std::chrono::seconds most_time{10};
constexpr std::chrono::seconds time_to_give_back{1};
constexpr const char* spin = "spin";

constexpr const char* permissions = R"(
[[rule]]
user = "innocent"
right = "write"
[[rule]]
user = "reader"
namespace = "pub"
right = "read"
[[rule]]
user = "writer"
namespace = "part"
right = "write"
)";

/// The program as it is installed, with keys and permissions.
class GuardedBroker {
 public:
  explicit GuardedBroker(const Setting& setting) {
    client::make_key_files(path("broker"));
    std::ofstream authorized(path("authorized"));
    for (const std::string name : {user::innocent, user::nobody, user::reader, user::writer})
      authorized << client::make_key_files(path(name)).own_public << " " << name << "\n";
    authorized.close();
    std::ofstream(path("permissions")) << permissions;
    port_ = free_port();
    do {
      metrics_port_ = free_port();
    } while (metrics_port_ == port_ || metrics_port_ == port_ + 1);
    const auto own = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    service_.emplace(
        setting,
        std::vector<std::string>{own / "bulletin-broker", "--bind", commands(), "--secret-key",
                                 path("broker.key"), "--authorized-keys", path("authorized"),
                                 "--permissions", path("permissions"), "--metrics",
                                 metrics().substr(std::string("tcp://").size())},
        port_);
  }

  [[nodiscard]] std::string commands() const { return endpoint(port_); }
  [[nodiscard]] std::string metrics() const { return endpoint(metrics_port_); }
  [[nodiscard]] std::string keys() const { return folder_.path(); }
  [[nodiscard]] int process_id() const { return service_->process_id(); }
  [[nodiscard]] ClientOptions options() const {
    ClientOptions options{.endpoint = commands()};
    options.server_key = path("broker.pub");
    options.key_file = path("innocent.key");
    return options;
  }

 private:
  static std::string endpoint(int port) { return "tcp://127.0.0.1:" + std::to_string(port); }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }

  TemporaryFolder folder_;
  int port_ = 0;
  int metrics_port_ = 0;
  std::optional<Service> service_;
};

/// The most memory that the process has had since the last call of `forget_peak`.
std::size_t peak_bytes(int process_id) {
  std::ifstream status("/proc/" + std::to_string(process_id) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes << 10;
  }
  throw std::runtime_error("the broker has ended");
}

void forget_peak(int process_id) {
  std::ofstream("/proc/" + std::to_string(process_id) + "/clear_refs") << "5";
}

/// One request of the metrics; what is not answered counts with the time that it took.
void scrape(const std::string& metrics) {
  const test::TcpPeer peer(metrics);
  if (!peer.connected()) return;
  peer.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  static_cast<void>(peer.receive_all());
}

/// Requests of a client that behaves, beside one that does not. The figure is the longest wait.
class Beside final : public Contender {
 public:
  /// `deed`: its number; or `spin`; empty: there is none.
  Beside(const Setting& setting, std::string deed) : setting_(setting), deed_(std::move(deed)) {
    if (!deed_.empty() && deed_ != spin) what_ = deeds().at(std::stoul(deed_));
  }

  /// A broker of its own: what one leaves is not another one's.
  Round round() override {
    const GuardedBroker broker(setting_);
    Client client(broker.options());
    if (what_.prepare) what_.prepare(client, setting_.quick);
    const Attribute<std::int64_t> stamp = client.open("innocent").attribute<std::int64_t>("stamp");
    stamp.set(0);
    forget_peak(broker.process_id());
    const std::size_t before = resident_bytes(broker.process_id());
    Round round = measure(broker, [&] {
      if (what_.against_metrics)
        scrape(broker.metrics());
      else
        stamp.set(now_ns());
    });
    Cost& cost = round.cost.value();
    cost.most_bytes = peak_bytes(broker.process_id()) - before;
    if (!setting_.quick) cost.stays_bytes = await_rest(broker.process_id(), before);
    return round;
  }

 private:
  std::unique_ptr<FarEnd> start_hostile(const GuardedBroker& broker) const {
    if (deed_.empty()) return nullptr;
    if (deed_ == spin) return std::make_unique<FarEnd>(setting_, "board-spin");
    return std::make_unique<FarEnd>(
        setting_, "board-hostile",
        std::vector<std::string>{deed_, broker.commands(), broker.metrics(), broker.keys(),
                                 setting_.quick ? "quick" : ""});
  }

  /// At least until the hostile client has done once what it does.
  template <class Once>
  Round measure(const GuardedBroker& broker, Once once) const {
    const std::unique_ptr<FarEnd> hostile = start_hostile(broker);
    if (hostile != nullptr) hostile->line();  // it has begun
    std::vector<std::int64_t> samples;
    Cost cost;
    bool done = hostile == nullptr;
    const auto begin = std::chrono::steady_clock::now();
    const auto time = setting_.quick ? quick_time : usual_time;
    const auto most = setting_.quick ? std::chrono::seconds(1) : most_time;
    for (;;) {
      const auto passed = std::chrono::steady_clock::now() - begin;
      if (passed >= most || (passed >= time && done)) break;
      std::this_thread::sleep_for(between_requests);
      const std::int64_t start = now_ns();
      try {
        once();
      } catch (const Error&) {  // it took longer than a client waits
      }
      samples.push_back(now_ns() - start);
      if (hostile != nullptr) done = listen(*hostile, cost) || done;
    }
    Round round = round_of(std::move(samples));
    round.figure = round.latency.at(1);
    round.cost = cost;
    return round;
  }

  /// What it has said meanwhile; true: that it is done.
  static bool listen(FarEnd& hostile, Cost& cost) {
    constexpr std::string_view sent = "sent ";
    bool done = false;
    while (const auto line = hostile.line(std::chrono::milliseconds(0))) {
      done = done || *line == "done";
      if (line->starts_with(sent)) cost.sent_bytes = std::stoull(line->substr(sent.size()));
    }
    return done;
  }

  /// What is still held when the hostile client has gone.
  static std::size_t await_rest(int process_id, std::size_t before) {
    const auto end = std::chrono::steady_clock::now() + time_to_give_back;
    std::size_t least = SIZE_MAX;
    while (least > before && std::chrono::steady_clock::now() < end) {
      least = std::min(least, resident_bytes(process_id));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return least - std::min(least, before);
  }

  const Setting setting_;
  const std::string deed_;
  Deed what_;
};

}  // namespace

std::vector<Way> board_beside_hostile() {
  std::vector<Way> ways{
      way<Beside>("quiet", Kind::ours, std::string()),
      way<Beside>("two busy threads of another program", Kind::ours, std::string(spin))};
  for (std::size_t i = 0; i != deeds().size(); ++i) {
    const Deed& deed = deeds()[i];
    const std::string who = deed.against_metrics ? "metrics"
                            : deed.user.empty()  ? "stranger"
                                                 : deed.user;
    ways.push_back(way<Beside>(who + ": " + deed.name, Kind::ours, std::to_string(i)));
  }
  return ways;
}

}  // namespace bulletin::bench
