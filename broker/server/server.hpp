// The broker's rim: one thread that owns the sockets, reads what arrives and hands it to the
// service.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include <bulletin/broker.hpp>

#include "server/access/access.hpp"
#include "server/backup.hpp"
#include "server/batch_size.hpp"
#include "server/busy_poll.hpp"
#include "server/data_store.hpp"
#include "server/housekeeping.hpp"
#include "server/loop_query.hpp"
#include "server/net/network.hpp"
#include "server/net/wake_up.hpp"
#include "server/new_history.hpp"
#include "service/counters.hpp"
#include "service/host.hpp"
#include "service/local_sequencer.hpp"
#include "service/service.hpp"

namespace bulletin::server {

class Server : private service::Host {
 public:
  /// Opens the data and binds. Throws Error rejected. `env`: the filesystem of the data, null: the
  /// real one. `first`: where the revisions of a new epoch begin, as a test wants it.
  Server(const BrokerOptions& options, std::shared_ptr<spdlog::logger> log,
         rocksdb::Env* env = nullptr, std::uint64_t first = first_revision());

  const std::string& endpoint() const noexcept { return endpoint_; }
  const std::string& updates_endpoint() const noexcept { return updates_endpoint_; }

  /// Serves until `stop`, and ends the data cleanly. On one thread, once. Throws what ends it.
  void serve();
  // From any thread.
  DataState data_state() const noexcept { return data_store_.state(); }
  void stop() noexcept;
  /// Reads the authorized keys and the permissions again: who is new is let in, who is not there
  /// any more is out. False: there are no keys.
  bool reload() noexcept;
  /// Waits until its loop has done what it was told before. False: it has not, in this time.
  bool await_turn(std::chrono::milliseconds patience);
  /// What is counted, as Prometheus reads it; nothing: the loop has not answered in time.
  std::optional<std::string> metrics(std::chrono::milliseconds patience);

 private:
  using Time = std::chrono::steady_clock::time_point;

  bool turn();
  void serve_requests(Time now);
  void answer_other_threads();
  void read_access_again();
  void follow_access(Access now);
  void log_access() const;
  bool has_keys() const noexcept { return !options_.secret_key.empty(); }
  Time next_duty() const;

  // service::Host
  std::chrono::system_clock::time_point wall_time() const override;
  void describe(service::Metrics& metrics) const override;
  void on_malformed(std::size_t bytes, std::string_view reason) override;
  void on_session_opened(std::uint64_t session, std::string_view name,
                         std::string_view host) override;
  void on_session_closed(std::uint64_t session) override;
  void on_subscription_refused(std::string_view space, std::string_view reason) override;

  const BrokerOptions options_;
  const std::shared_ptr<spdlog::logger> log_;
  const Time started_;
  const std::uint64_t started_unix_s_;
  service::Counters counters_;
  Access access_;
  Network network_;
  std::string endpoint_;
  std::string updates_endpoint_;
  WakeUp wake_up_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> reloading_ = false;
  std::optional<Time> reload_again_;
  LoopQuery turn_query_;
  LoopQuery metrics_query_;

  DataStore data_store_;
  Backup backup_{data_store_, *log_};
  service::LocalSequencer sequencer_;
  service::Service service_;
  Housekeeping housekeeping_;
  BusyPoll busy_poll_;
  BatchSize batch_size_;
};

}  // namespace bulletin::server
