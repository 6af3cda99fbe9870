// The state of a client: its core, its open namespaces, what it tells its program.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/client.hpp>

#include "client/loop/open_namespaces.hpp"
#include "client/loop/pending_promises.hpp"
#include "client/loop/session_event.hpp"
#include "client/system/clock.hpp"
#include "client/system/event_log.hpp"
#include "client/transport/keys.hpp"
#include "client/watch/dispatcher.hpp"
#include "replica/client_core.hpp"

namespace bulletin::client {

/// The lock of a client.
using Lock = std::unique_lock<std::mutex>;

/// Releases the lock while it lives.
class Unlocked {
 public:
  explicit Unlocked(Lock& lock) : lock_(lock) { lock_.unlock(); }
  ~Unlocked() { lock_.lock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  Lock& lock_;
};

/// Everything is guarded by `mutex`, unless marked: the core with all replicas, so that a commit is
/// applied whole; the writes; who drives the loop. It is held by whoever applies, never across a
/// wait for the network. Order of locks: the one that guards which loop there is, this one, then
/// the queue's, the dispatcher's or that of released handles.
class ClientState final : public replica::ClientObserver {
 public:
  explicit ClientState(ClientOptions given);

  const std::optional<Keys> keys;
  const ClientOptions options;  ///< without the secret key
  const std::string endpoint;   ///< all of them, as choose_endpoint gives them
  /// See Transport::handshakes_end_at_once. No lock.
  std::atomic<bool> handshakes_end_at_once = false;

  mutable std::mutex mutex;
  replica::ClientCore core;
  OpenNamespaces namespaces;
  PendingPromises promises;
  std::deque<SessionEvent> session_events;  ///< on their way to the writes
  std::optional<wire::Refusal> refusal;     ///< of the HELLO, for good
  std::string failure;                      ///< the loop's last one, for error messages
  std::string endpoint_in_use;

  /// The life of this client in one process begins, or ends.
  void begin(std::shared_ptr<Dispatcher> dispatcher);
  void end() noexcept;
  /// In a forked child: what the parent's threads wait for is the parent's.
  void restart();

  // --- requests that are made for a caller ---
  replica::CallId call(std::string request);
  [[nodiscard]] bool is_answered(replica::CallId call) const { return answers_.at(call).arrived; }
  /// The reply, if there is one; it is no call any more.
  std::optional<std::string> end_call(replica::CallId call);

  // --- for the loop ---
  /// Applies one message of the stream. False: afterwards there is more to do, such as to ask.
  bool apply_update(std::string_view topic, std::string_view body);
  /// Its epoch has ended, and the replica is in the one that followed: there, nothing of it is
  /// left.
  [[nodiscard]] bool is_over(const replica::FinishedWrite& write) const;
  /// Tells the program when the broker ceases to be heard, and when it is heard again.
  void watch_connection(bool heard_now);
  /// Closes the namespaces that nobody has used for a while; they go without the lock.
  /// `add_used`: adds what is used by writes; false: it cannot be told now.
  std::vector<std::shared_ptr<detail::NamespaceState>> close_unused(
      std::uint64_t now, const std::function<bool(replica::ReplicaSet&)>& add_used);
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;
  void heard() noexcept;
  /// The loop could not do its work; it tries again.
  void failed(std::string_view what) noexcept;
  /// The broker is looked for there from now on.
  void moved_to(const std::string& endpoint);
  /// Nobody listens there, or accepts this client.
  void not_let_in(std::string_view event);

  // --- no lock ---
  const Limits& limits() const noexcept { return *limits_.load(std::memory_order_acquire); }
  Freshness freshness(const replica::NamespaceReplica& replica) const noexcept;
  [[nodiscard]] bool hears_broker() const noexcept { return now_ms() <= heard_until_ms_; }

  // --- replica::ClientObserver ---
  bool wants_changes(const replica::NamespaceReplica& replica) override;
  void applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) override;
  void progressed(replica::NamespaceReplica& replica) override;
  void session_started(const wire::Welcome& welcome, bool follows_lost) override;
  void session_lives(std::uint64_t asked_ms) override;
  void session_lost() override;
  void refused(const wire::Refusal& refusal) override;
  void answered(replica::CallId call, std::optional<std::string_view> reply) override;

 private:
  struct Answer {
    bool arrived = false;
    std::optional<std::string> reply;
  };

  /// For on_log; `details`: "key=value ...".
  void log(LogLevel level, std::string_view event, std::string_view details);
  void tell(ClientEvent event);
  void note_limits(const Limits& limits);

  std::shared_ptr<Dispatcher> dispatcher_;           // null when the client has no life here
  std::map<replica::CallId, Answer> answers_;        // to calls that somebody waits for
  std::forward_list<Limits> told_limits_{Limits()};  // those that differ; never dropped
  EventLog event_log_;
  bool told_not_let_in_ = false;
  bool told_connected_ = false;  // what on_state was told last

  // Written with the lock held, read without.
  using WallTime = std::chrono::system_clock::time_point;
  std::atomic<const Limits*> limits_ = &told_limits_.front();
  std::atomic<std::uint64_t> heard_until_ms_ = 0;  // unless more is heard; 0: there is no life
  std::atomic<WallTime> last_heard_ = std::chrono::system_clock::now();
  std::atomic<WallTime> heard_since_ = WallTime();  // without a break
};

}  // namespace bulletin::client
