// NATS JetStream's key-value store, kept in memory, through its C client.

#include <nats/nats.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/far_end.hpp"
#include "harness/pacing.hpp"
#include "harness/service.hpp"
#include "rivals/rivals.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* bucket = "bench";
constexpr const char* key = "stamp";

void check(natsStatus status) {
  if (status != NATS_OK)
    throw std::runtime_error(std::string("NATS: ") + natsStatus_GetText(status));
}

/// Owns what the client library made.
template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* what) const { destroy(what); }
};
template <class T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

template <class Pointer, class Make>
Pointer made(Make make) {
  typename Pointer::pointer what = nullptr;
  check(make(&what));
  return Pointer(what);
}

class Server {
 public:
  explicit Server(const Setting& setting)
      : service_(setting,
                 {installed("nats-server", "nats-server"), "-a", "127.0.0.1", "-p",
                  std::to_string(port_), "-js", "-sd", folder_.path().string()},
                 port_) {}
  [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryFolder folder_;
  const int port_ = free_port();
  Service service_;
};

struct Connection {
  /// The first makes the bucket.
  Connection(const std::string& url, bool first) {
    options = made<decltype(options)>([](natsOptions** made) { return natsOptions_Create(made); });
    check(natsOptions_SetURL(options.get(), url.c_str()));
    check(natsOptions_SetSendAsap(options.get(), true));
    connection = made<decltype(connection)>(
        [&](natsConnection** made) { return natsConnection_Connect(made, options.get()); });
    stream = made<decltype(stream)>(
        [&](jsCtx** made) { return natsConnection_JetStream(made, connection.get(), nullptr); });
    kvConfig config;
    check(kvConfig_Init(&config));
    config.Bucket = bucket;
    config.StorageType = js_MemoryStorage;
    store = made<decltype(store)>([&](kvStore** made) {
      return first ? js_CreateKeyValue(made, stream.get(), &config)
                   : js_KeyValue(made, stream.get(), bucket);
    });
  }

  void put(const std::string& value) {
    check(kvStore_Put(nullptr, store.get(), key, value.data(), static_cast<int>(value.size())));
  }

  Owned<natsOptions, natsOptions_Destroy> options;
  Owned<natsConnection, natsConnection_Destroy> connection;
  Owned<jsCtx, jsCtx_Destroy> stream;
  Owned<kvStore, kvStore_Destroy> store;
};

class Put final : public Contender {
 public:
  explicit Put(const Setting& setting) : pace_(setting.pace), server_(setting) {}

  Round round() override {
    return timed(pace_, [&] { connection_.put(std::string(32, 'x')); });
  }

 private:
  const Pace pace_;
  Server server_;
  Connection connection_{server_.url(), true};
};

class Get final : public Contender {
 public:
  explicit Get(const Setting& setting) : pace_(setting.pace), server_(setting) {
    connection_.put(std::string(32, 'x'));
  }

  Round round() override {
    return timed(pace_, [&] {
      made<Owned<kvEntry, kvEntry_Destroy>>(
          [&](kvEntry** made) { return kvStore_Get(made, connection_.store.get(), key); });
    });
  }

 private:
  const Pace pace_;
  Server server_;
  Connection connection_{server_.url(), true};
};

class Watch final : public Contender {
 public:
  explicit Watch(const Setting& setting)
      : server_(setting),
        propagation_(setting,
                     [this](std::int64_t time_ns) { connection_.put(std::to_string(time_ns)); },
                     "nats-watcher", {server_.url()}) {}

  Round round() override { return propagation_.round(); }

 private:
  Server server_;
  Connection connection_{server_.url(), true};
  Propagation propagation_;
};

/// Values published to the bucket's stream without waiting for each acknowledgement.
class Publish final : public Contender {
 public:
  explicit Publish(const Setting& setting)
      : server_(setting), values_(setting.quick ? 20'000 : 100'000) {}

  Round round() override {
    const std::string value(16, 'x');
    const std::int64_t begin = now_ns();
    for (std::size_t i = 0; i != values_; ++i) {
      const std::string subject = "$KV.bench.sensor" + std::to_string(1'000'000 + i);
      check(js_PublishAsync(connection_.stream.get(), subject.c_str(), value.data(),
                            static_cast<int>(value.size()), nullptr));
    }
    check(js_PublishAsyncComplete(connection_.stream.get(), nullptr));
    return rate_of(values_, static_cast<double>(now_ns() - begin) / 1e9);
  }

 private:
  Server server_;
  Connection connection_{server_.url(), true};
  const std::size_t values_;
};

void watcher_role(const std::vector<std::string>& arguments) {
  const Connection connection(arguments.at(0), false);
  const auto watcher = made<Owned<kvWatcher, kvWatcher_Destroy>>(
      [&](kvWatcher** made) { return kvStore_Watch(made, connection.store.get(), key, nullptr); });
  Arrivals arrivals;
  for (;;) {
    kvEntry* raw = nullptr;
    const natsStatus status = kvWatcher_Next(&raw, watcher.get(), 1000);
    if (status == NATS_TIMEOUT) continue;
    check(status);
    if (raw == nullptr) continue;  // all that was there has been told
    const Owned<kvEntry, kvEntry_Destroy> entry(raw);
    arrivals.arrived(std::stoll(std::string(static_cast<const char*>(kvEntry_Value(raw)),
                                            static_cast<std::size_t>(kvEntry_ValueLen(raw)))));
  }
}

}  // namespace

Roles nats_roles() { return {{"nats-watcher", watcher_role}}; }

Rival nats() {
  const auto rival = Kind::rival;
  return {{"read", {way<Get>("NATS KV get", rival)}},
          {"write", {way<Put>("NATS KV put", rival)}},
          {"propagate", {way<Watch>("NATS KV put to watch", rival)}},
          {"throughput", {way<Publish>("NATS KV, not waiting", rival)}}};
}

}  // namespace bulletin::bench
