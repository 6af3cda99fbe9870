// Redis, through hiredis; without persistence where nothing else is said.

#include <hiredis/hiredis.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* channel = "bench:channel";
constexpr std::size_t pipeline = 100;

/// How it keeps its data.
enum class Keeping {
  none,
  always,   ///< an append-only file, synced before each answer
  snapshot  ///< a file of all of it, when it is told to
};

class Server {
 public:
  explicit Server(const Setting& setting, Keeping keeping = Keeping::none)
      : own_(std::make_unique<TemporaryFolder>()),
        service_(setting, command(own_->path().string(), port_, keeping), port_) {}
  /// On what another one has kept in this folder.
  Server(const Setting& setting, Keeping keeping, const TemporaryFolder& folder)
      : service_(setting, command(folder.path().string(), port_, keeping), port_) {}
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] int process_id() const noexcept { return service_.process_id(); }

 private:
  static std::vector<std::string> command(const std::string& folder, int port, Keeping keeping) {
    return {installed("redis-server", "redis-server"),
            "--bind",
            "127.0.0.1",
            "--port",
            std::to_string(port),
            "--save",
            "",
            "--appendonly",
            keeping == Keeping::always ? "yes" : "no",
            "--appendfsync",
            "always",
            "--dir",
            folder};
  }

  std::unique_ptr<TemporaryFolder> own_;
  const int port_ = free_port();
  Service service_;
};

using Reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

class Connection {
 public:
  explicit Connection(int port)
      : context_(redisConnectWithTimeout("127.0.0.1", port, {5, 0}), redisFree) {
    if (context_ == nullptr || context_->err != 0) throw std::runtime_error("no Redis answers");
  }

  void append(const std::vector<std::string>& words) {
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      starts.push_back(word.data());
      sizes.push_back(word.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts.data(),
                           sizes.data());
  }

  Reply reply() {
    void* raw = nullptr;
    if (redisGetReply(context_.get(), &raw) != REDIS_OK) throw std::runtime_error(context_->errstr);
    Reply reply(static_cast<redisReply*>(raw), freeReplyObject);
    if (reply->type == REDIS_REPLY_ERROR) throw std::runtime_error(reply->str);
    return reply;
  }

  Reply ask(const std::vector<std::string>& words) {
    append(words);
    return reply();
  }

 private:
  std::unique_ptr<redisContext, decltype(&redisFree)> context_;
};

std::string key_of(std::size_t i) { return "sensor" + std::to_string(1'000'000 + i); }
std::string value_of(std::size_t i) { return "value " + std::to_string(1'000'000'000 + i); }

void fill(Connection& connection, std::size_t keys) {
  for (std::size_t i = 0; i < keys; i += pipeline) {
    const std::size_t end = std::min(i + pipeline, keys);
    for (std::size_t k = i; k != end; ++k) connection.append({"SET", key_of(k), value_of(k)});
    for (std::size_t k = i; k != end; ++k) (void)connection.reply();
  }
}

class Ask final : public Contender {
 public:
  Ask(const Setting& setting, std::vector<std::string> words, Keeping keeping)
      : pace_(setting.pace),
        server_(setting, keeping),
        connection_(server_.port()),
        words_(std::move(words)) {
    (void)connection_.ask({"SET", "bench", std::string(32, 'x')});
  }

  Round round() override {
    return timed(pace_, [&] { (void)connection_.ask(words_); });
  }

 private:
  const Pace pace_;
  Server server_;
  Connection connection_;
  const std::vector<std::string> words_;
};

/// What is kept, and the word that it has changed, in one go.
class Publish final : public Contender {
 public:
  explicit Publish(const Setting& setting)
      : server_(setting),
        connection_(server_.port()),
        propagation_(setting, [this](std::int64_t time_ns) { send(time_ns); }, "redis-subscriber",
                     {std::to_string(server_.port())}) {}

  Round round() override { return propagation_.round(); }

 private:
  void send(std::int64_t time_ns) {
    const std::string value = std::to_string(time_ns);
    connection_.append({"SET", "bench", value});
    connection_.append({"PUBLISH", channel, value});
    (void)connection_.reply();
    (void)connection_.reply();
  }

  Server server_;
  Connection connection_;
  Propagation propagation_;
};

class Pipeline final : public Contender {
 public:
  Pipeline(const Setting& setting, Keeping keeping)
      : server_(setting, keeping),
        connection_(server_.port()),
        keys_(setting.quick ? 50'000 : 200'000) {}

  Round round() override {
    const std::int64_t begin = now_ns();
    fill(connection_, keys_);
    return rate_of(keys_, static_cast<double>(now_ns() - begin) / 1e9);
  }

 private:
  Server server_;
  Connection connection_;
  const std::size_t keys_;
};

class Fanout final : public Contender {
 public:
  Fanout(const Setting& setting, std::size_t subscribers)
      : server_(setting), connection_(server_.port()), messages_(setting.quick ? 50'000 : 200'000) {
    for (std::size_t i = 0; i != subscribers; ++i) {
      subscribers_.push_back(std::make_unique<FarEnd>(
          setting, "redis-counter",
          std::vector{std::to_string(server_.port()), std::to_string(messages_)}));
      (void)subscribers_.back()->line();
    }
  }

  Round round() override {
    const std::string message(64, 'x');
    const std::int64_t begin = now_ns();
    for (std::size_t i = 0; i < messages_; i += pipeline) {
      for (std::size_t k = 0; k != pipeline; ++k) connection_.append({"PUBLISH", channel, message});
      for (std::size_t k = 0; k != pipeline; ++k) (void)connection_.reply();
    }
    std::int64_t end = begin;
    for (const auto& subscriber : subscribers_)
      end = std::max<std::int64_t>(end, std::stoll(subscriber->line()));
    return rate_of(messages_ * subscribers_.size(), static_cast<double>(end - begin) / 1e9);
  }

 private:
  Server server_;
  Connection connection_;
  const std::size_t messages_;
  std::vector<std::unique_ptr<FarEnd>> subscribers_;
};

/// A fresh client reads all keys.
class Join final : public Contender {
 public:
  Join(const Setting& setting, std::size_t keys) : server_(setting), keys_(keys) {
    Connection connection(server_.port());
    fill(connection, keys);
  }

  Round round() override {
    const std::int64_t begin = now_ns();
    Connection connection(server_.port());
    std::size_t read = 0;
    std::string cursor = "0";
    do {
      const Reply page = connection.ask({"SCAN", cursor, "COUNT", "1000"});
      cursor.assign(page->element[0]->str, page->element[0]->len);
      std::vector<std::string> get{"MGET"};
      const redisReply& keys = *page->element[1];
      for (std::size_t i = 0; i != keys.elements; ++i)
        get.emplace_back(keys.element[i]->str, keys.element[i]->len);
      if (get.size() > 1) read += connection.ask(get)->elements;
    } while (cursor != "0");
    const std::int64_t end = now_ns();
    if (read < keys_) throw std::runtime_error("Redis did not give all keys");
    return time_of(end - begin, keys_);
  }

 private:
  Server server_;
  const std::size_t keys_;
};

/// From its start until it answers with what it had.
class Restart final : public Contender {
 public:
  Restart(const Setting& setting, std::size_t keys, Keeping keeping)
      : setting_(setting), keys_(setting.quick ? keys / 10 : keys), keeping_(keeping) {
    const Server server(setting_, keeping_, folder_);
    Connection connection(server.port());
    fill(connection, keys_);
    if (keeping_ == Keeping::snapshot) (void)connection.ask({"SAVE"});
  }

  Round round() override {
    const std::int64_t begin = now_ns();
    const Server server(setting_, keeping_, folder_);
    Connection connection(server.port());
    while (!has_loaded(connection)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return time_of(now_ns() - begin, keys_);
  }

 private:
  bool has_loaded(Connection& connection) const {
    try {
      const Reply size = connection.ask({"DBSIZE"});
      if (static_cast<std::size_t>(size->integer) != keys_)
        throw std::logic_error("Redis has lost keys");
      return true;
    } catch (const std::runtime_error&) {
      return false;  // it says that it is loading
    }
  }

  const Setting setting_;
  const std::size_t keys_;
  const Keeping keeping_;
  TemporaryFolder folder_;
};

class Memory final : public Contender {
 public:
  Memory(const Setting& setting, std::size_t keys) : setting_(setting), keys_(keys) {}

  Round round() override {
    const Server server(setting_);
    const std::size_t before = resident_bytes(server.process_id());
    Connection connection(server.port());
    fill(connection, keys_);
    const std::size_t bytes = resident_bytes(server.process_id()) - before;
    return {static_cast<double>(bytes) / static_cast<double>(keys_), keys_, 0, {}};
  }

 private:
  const Setting setting_;
  const std::size_t keys_;
};

std::string message_of(Connection& subscriber) {
  const Reply message = subscriber.reply();
  return {message->element[2]->str, message->element[2]->len};
}

void subscriber_role(const std::vector<std::string>& arguments) {
  Connection connection(std::stoi(arguments.at(0)));
  (void)connection.ask({"SUBSCRIBE", channel});
  Arrivals arrivals;
  for (;;) arrivals.arrived(std::stoll(message_of(connection)));
}

void counter_role(const std::vector<std::string>& arguments) {
  Connection connection(std::stoi(arguments.at(0)));
  (void)connection.ask({"SUBSCRIBE", channel});
  say("ready");
  const unsigned long wanted = std::stoul(arguments.at(1));
  for (;;) {
    for (unsigned long i = 0; i != wanted; ++i) (void)connection.reply();
    say(std::to_string(now_ns()));
  }
}

}  // namespace

Roles redis_roles() {
  return {{"redis-subscriber", subscriber_role}, {"redis-counter", counter_role}};
}

Rival redis() {
  const auto rival = Kind::rival;
  const std::vector<std::string> get{"GET", "bench"};
  const std::vector<std::string> set{"SET", "bench", std::string(32, 'x')};
  return {
      {"read", {way<Ask>("Redis GET", rival, get, Keeping::none)}},
      {"write", {way<Ask>("Redis SET", rival, set, Keeping::none)}},
      {"propagate", {way<Publish>("Redis SET + PUBLISH", rival)}},
      {"throughput", {way<Pipeline>("Redis SET, 100 together", rival, Keeping::none)}},
      {"fan-out", {way<Fanout>("Redis PUBLISH to 8", rival, std::size_t{8})}},
      {"join", {way<Join>("Redis, 1000000", rival, std::size_t{1'000'000})}},
      {"durable write", {way<Ask>("Redis SET, synced always", rival, set, Keeping::always)}},
      {"durable throughput", {way<Pipeline>("Redis SET, 100 together", rival, Keeping::always)}},
      {"restart",
       {way<Restart>("Redis, RDB", rival, std::size_t{1'000'000}, Keeping::snapshot),
        way<Restart>("Redis, AOF", rival, std::size_t{1'000'000}, Keeping::always)}},
      {"memory", {way<Memory>("Redis", rival, std::size_t{1'000'000})}}};
}

}  // namespace bulletin::bench
