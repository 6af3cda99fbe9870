// The broker's rim: one thread that owns the sockets and turns what arrives into turns of the
// authority.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include <bulletin/broker.hpp>

#include "authority/authority.hpp"
#include "server/access/access.hpp"
#include "server/access/unknown_key_log.hpp"
#include "server/backup.hpp"
#include "server/batch_size.hpp"
#include "server/beat_schedule.hpp"
#include "server/busy_poll.hpp"
#include "server/data_store.hpp"
#include "server/desk.hpp"
#include "server/loop_query.hpp"
#include "server/net/network.hpp"
#include "server/net/wake_up.hpp"
#include "server/new_history.hpp"
#include "server/publisher.hpp"
#include "server/telemetry/log_throttle.hpp"
#include "server/telemetry/metrics.hpp"
#include "server/telemetry/quota_log.hpp"
#include "service/counters.hpp"
#include "service/query_router.hpp"
#include "service/running_clock.hpp"
#include "service/session_list.hpp"
#include "service/system_namespaces.hpp"
#include "service/user_list.hpp"

namespace bulletin::server {

class Server {
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
  void do_what_was_told();
  void read_access_again();
  void follow_access(Access now);
  void end_sessions_without_keys();
  void tell_of_access() const;
  bool has_keys() const noexcept { return !options_.secret_key.empty(); }
  void apply_subscriptions(Time now);
  bool may_follow(std::string_view user, std::string_view space);
  void unfollow(const std::string& space);
  /// Somebody who may read it subscribes to it.
  bool is_heard(std::string_view space) const;
  void advance(Time now);
  void commit(Time now);
  void recover(Time now);
  void list_sessions();
  void refresh_system(Time now);
  void tend_network(Time now);
  void report_drops(Time now);
  void report_descriptors(Time now);
  void report_refusals(Time now);
  std::uint64_t drops() const noexcept {
    return counters_.dropped + network_.unusable() + counters_.missed +
           counters_.refused_subscriptions;
  }
  /// Of those, what an operator has to know: something was too much, or too slow.
  std::uint64_t losses() const noexcept {
    return counters_.dropped + network_.unusable() + counters_.missed +
           counters_.overloaded_subscriptions;
  }
  service::Facts facts(Time now) const;
  Metrics metrics_now() const;
  service::UserList users_now() const;
  bool somebody_follows_system() const;
  Time next_duty() const;

  const BrokerOptions options_;
  const std::shared_ptr<spdlog::logger> log_;
  const Time started_;
  const std::int64_t started_unix_s_;
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
  authority::Authority authority_;
  service::SystemNamespaces system_;
  Time system_told_;
  Time descriptors_seen_;
  Time network_tended_;
  std::uint64_t accept_paused_ = 0;  // when it was last told
  UnknownKeyLog unknown_key_log_;
  LogThrottle losses_throttle_;
  LogThrottle unclaimed_throttle_;
  LogThrottle refusals_throttle_;
  QuotaLog quota_log_;
  service::QueryRouter queries_;
  service::SessionList sessions_;
  service::RunningClock clock_;
  BeatSchedule beats_;
  BusyPoll busy_poll_;
  BatchSize batch_size_;

  Publisher publisher_;
  Desk desk_;
};

}  // namespace bulletin::server
