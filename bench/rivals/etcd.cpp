// etcd, one node, through its HTTP gateway (Debian has no client of its own for C++). It keeps
// every write: an answer comes when the write is on the disk.

#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

// The gateway wants base64. Letters and digits are, four by four, as they stand.
constexpr const char* stamp_key = "benchstamp00";
constexpr std::size_t operations = 64;  // in a transaction; etcd takes up to 128

std::string stamp_of(std::int64_t time_ns) { return fmt::format("{:024}", time_ns + 1); }
std::int64_t time_of_stamp(const std::string& stamp) { return std::stoll(stamp) - 1; }

/// A connection that is kept.
class Connection {
 public:
  explicit Connection(std::string url)
      : url_(std::move(url)), curl_(curl_easy_init(), curl_easy_cleanup) {
    if (curl_ == nullptr) throw std::runtime_error("no HTTP client");
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, write);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl_.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl_.get(), CURLOPT_ERRORBUFFER, error_);
  }

  /// The answer, until the next question. `line`: is told each line of it instead.
  const std::string& ask(const std::string& path, const std::string& body,
                         std::function<void(const std::string&)> line = {}) {
    answer_.clear();
    line_ = std::move(line);
    curl_easy_setopt(curl_.get(), CURLOPT_URL, (url_ + path).c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, body.data());
    if (curl_easy_perform(curl_.get()) != CURLE_OK)
      throw std::runtime_error(std::string("etcd: ") + error_);
    return answer_;
  }

  void put(const std::string& key, const std::string& value) {
    (void)ask("/v3/kv/put", fmt::format(R"({{"key":"{}","value":"{}"}})", key, value));
  }

  /// Until it serves.
  void wait_for_leader() {
    for (int attempt = 1;; ++attempt) {
      try {
        return put(stamp_key, stamp_of(warm_up));
      } catch (const std::runtime_error&) {
        if (attempt == 200) throw;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
  }

 private:
  static std::size_t write(char* bytes, std::size_t one, std::size_t size, void* self) {
    static_cast<Connection*>(self)->take({bytes, one * size});
    return one * size;
  }

  void take(std::string_view bytes) {
    answer_.append(bytes);
    if (!line_) return;
    for (std::size_t end; (end = answer_.find('\n')) != std::string::npos;) {
      line_(answer_.substr(0, end));
      answer_.erase(0, end + 1);
    }
  }

  const std::string url_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_;
  char error_[CURL_ERROR_SIZE] = "";
  std::string answer_;
  std::function<void(const std::string&)> line_;
};

class Server {
 public:
  explicit Server(const Setting& setting) : service_(setting, command(folder_, port_), port_) {
    Connection(url()).wait_for_leader();
  }
  [[nodiscard]] std::string url() const { return url_of(port_); }

 private:
  static std::string url_of(int port) { return "http://127.0.0.1:" + std::to_string(port); }

  static std::vector<std::string> command(const TemporaryFolder& folder, int port) {
    const std::string peers = url_of(port + 1);
    return {
        installed("etcd", "etcd-server"),       "--data-dir=" + (folder.path() / "data").string(),
        "--listen-client-urls=" + url_of(port), "--advertise-client-urls=" + url_of(port),
        "--listen-peer-urls=" + peers,          "--initial-advertise-peer-urls=" + peers,
        "--initial-cluster=default=" + peers};
  }

  TemporaryFolder folder_;
  const int port_ = free_port();
  Service service_;
};

class Ask final : public Contender {
 public:
  Ask(const Setting& setting, std::string path, std::string body)
      : pace_(setting.pace),
        server_(setting),
        connection_(server_.url()),
        path_(std::move(path)),
        body_(std::move(body)) {}

  Round round() override {
    return timed(pace_, [&] { (void)connection_.ask(path_, body_); });
  }

 private:
  const Pace pace_;
  Server server_;
  Connection connection_;
  const std::string path_;
  const std::string body_;
};

class Arrive final : public Contender {
 public:
  explicit Arrive(const Setting& setting)
      : server_(setting),
        connection_(server_.url()),
        propagation_(
            setting,
            [this](std::int64_t time_ns) { connection_.put(stamp_key, stamp_of(time_ns)); },
            "etcd-watcher", {server_.url()}) {}

  Round round() override { return propagation_.round(); }

 private:
  Server server_;
  Connection connection_;
  Propagation propagation_;
};

class Throughput final : public Contender {
 public:
  explicit Throughput(const Setting& setting)
      : server_(setting), connection_(server_.url()), puts_(setting.quick ? 6'400 : 25'600) {}

  Round round() override {
    const std::string value(24, 'x');
    const std::int64_t begin = now_ns();
    for (std::size_t i = 0; i < puts_; i += operations) {
      nlohmann::json puts = nlohmann::json::array();
      for (std::size_t k = i; k != i + operations; ++k) {
        puts.push_back(
            {{"requestPut", {{"key", fmt::format("sensor{:010}", k)}, {"value", value}}}});
      }
      (void)connection_.ask("/v3/kv/txn", nlohmann::json{{"success", puts}}.dump());
    }
    return rate_of(puts_, static_cast<double>(now_ns() - begin) / 1e9);
  }

 private:
  Server server_;
  Connection connection_;
  const std::size_t puts_;
};

void watcher_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  Connection connection(arguments.at(0));
  const auto tell = [&](const std::string& line) {
    const auto result = nlohmann::json::parse(line).at("result");
    for (const auto& event : result.value("events", nlohmann::json::array()))
      arrivals.arrived(time_of_stamp(event.at("kv").at("value")));
  };
  (void)connection.ask("/v3/watch",
                       fmt::format(R"({{"create_request":{{"key":"{}"}}}})", stamp_key), tell);
}

}  // namespace

Roles etcd_roles() { return {{"etcd-watcher", watcher_role}}; }

Rival etcd() {
  const auto rival = Kind::rival;
  const std::string key = fmt::format(R"({{"key":"{}")", stamp_key);
  const std::string put = key + R"(,"value":")" + std::string(32, 'x') + R"("})";
  return {{"read", {way<Ask>("etcd range", rival, std::string("/v3/kv/range"), key + "}")}},
          {"write", {way<Ask>("etcd put, synced", rival, std::string("/v3/kv/put"), put)}},
          {"propagate", {way<Arrive>("etcd put to watch, synced", rival)}},
          {"throughput", {way<Throughput>("etcd, 64 in a transaction", rival)}},
          {"durable write", {way<Ask>("etcd put", rival, std::string("/v3/kv/put"), put)}},
          {"durable throughput", {way<Throughput>("etcd, 64 in a transaction", rival)}}};
}

}  // namespace bulletin::bench
