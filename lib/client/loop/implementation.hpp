// What a client is, whatever its process: options, core, open namespaces.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
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
#include "client/loop/session_event.hpp"
#include "client/loop/writer.hpp"
#include "client/system/clock.hpp"
#include "client/system/event_log.hpp"
#include "client/system/fork.hpp"
#include "client/transport/keys.hpp"
#include "replica/client_core.hpp"

namespace bulletin::client {

class Engine;

/// Throws Error rejected.
void check_namespace_name(std::string_view name);

/// Writes that ended together and whose promises wait until the replica holds what decided them.
struct Settling {
  std::vector<PromisedWrite> writes;
  SteadyTime deadline;
};

}  // namespace bulletin::client

/// Shared by the Client and all handles of its namespaces. The apply mutex guards the core with all
/// replicas, so that a commit is applied whole: it is held by whoever applies, never across a wait
/// for the network. Order of locks: the update stream's, the apply mutex, then the writer's or the
/// dispatcher's.
class bulletin::Client::Implementation final : public std::enable_shared_from_this<Implementation>,
                                               public replica::ClientObserver,
                                               public client::WriterHost,
                                               public client::UpdateSink,
                                               public client::ForkParticipant {
 public:
  using SteadyTime = client::SteadyTime;

  explicit Implementation(ClientOptions given);
  ~Implementation() override;

  void start();
  /// Ends the threads; the handles stay readable. Idempotent.
  void close() noexcept;

  std::shared_ptr<detail::NamespaceState> open(std::string_view name, const OpenOptions& how);
  std::shared_ptr<const detail::Destination> publisher(std::string_view name);
  std::vector<std::string> list(std::string_view prefix, Timeout timeout);
  const Limits& limits() const noexcept { return *limits_.load(std::memory_order_acquire); }
  std::string endpoint_in_use() const;
  Freshness freshness(const replica::NamespaceReplica& replica) const noexcept;

  /// Makes a request and waits for its reply. Throws Error disconnected, and what a refusal says.
  std::string call(std::string request, std::string_view what, std::chrono::milliseconds timeout);
  /// Lets the client's thread look what there is to do.
  void wake();
  /// Waits until the replica has everything that is committed now.
  void sync(replica::NamespaceReplica& replica, Timeout timeout = {});
  /// Writes, and returns when the replica holds what decided it. Throws what `write_error` says.
  /// `name`: the one attribute that it is about, if it is known.
  replica::FinishedWrite write(replica::PendingWrite write, std::string_view name) {
    return write_until(write_deadline(), std::move(write), name);
  }
  /// The same without waiting: the promise tells; without one, `flush`.
  void write_async(replica::PendingWrite&& write, client::WritePromise&& promise);
  /// Waits for the writes of this namespace that have no promise. Throws what the first of them
  /// that failed would have thrown.
  void flush(const replica::NamespaceReplica& replica, Timeout timeout);
  /// Waits for progress on this client until the predicate, which is called under the apply lock,
  /// is true; false: the deadline passed. Throws Error disconnected when the client is closed.
  bool wait_for(SteadyTime deadline, const std::function<bool()>& predicate);

  /// The engine of this process. Throws Error disconnected when the client is closed.
  std::shared_ptr<client::Engine> engine();

  const std::optional<client::Keys> keys;
  const ClientOptions options;                       ///< without the secret key
  const std::string endpoint;                        ///< all of them, as choose_endpoint gives them
  std::atomic<bool> handshakes_end_at_once = false;  ///< see ConnectionMonitor::ends_at_once
  mutable std::mutex apply_mutex;
  replica::ClientCore core;  // guarded by apply_mutex

  // --- for the engine; under the apply mutex ---
  std::vector<client::SessionEvent> take_session_events() {
    return std::exchange(session_events_, {});
  }
  /// Those that need not wait any more; also those that waited too long, in doubt.
  void take_settled(SteadyTime now, std::vector<client::PromisedWrite>& settled);
  std::vector<client::Settling> take_all_settling() { return std::exchange(settling_, {}); }
  /// Tells the program when the broker ceases to be heard, and when it is heard again.
  void watch_connection(bool heard_now);
  /// Closes the namespaces that nobody has used for a while; they go without the lock.
  std::vector<std::shared_ptr<detail::NamespaceState>> close_unused(std::uint64_t now);
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;
  void heard() noexcept;
  /// The engine could not do its work; it tries again.
  void failed(std::string_view what) noexcept;
  /// The broker is looked for there from now on.
  void moved_to(const std::string& endpoint);
  /// Nobody listens there, or lets this client in.
  void not_let_in(std::string_view event);

  // --- replica::ClientObserver; under the apply mutex ---
  bool wants_changes(const replica::NamespaceReplica& replica) override;
  void applied(replica::NamespaceReplica& replica, const replica::ChangeBatch& batch) override;
  void progressed(replica::NamespaceReplica& replica) override;
  void session_started(const wire::Welcome& welcome, bool follows_lost) override;
  void session_lives(std::uint64_t asked_ms) override;
  void session_lost() override;
  void refused(const wire::Refusal& refusal) override;
  void answered(replica::CallId call, std::optional<std::string_view> reply) override;

  // --- client::WriterHost ---
  void apply_tails(const replica::WriteProgress& progress) override;
  void session_refused(const wire::SessionId& session) override;
  void settle(std::vector<client::PromisedWrite> ended) noexcept override;
  [[nodiscard]] bool hears_broker() const noexcept override {
    return client::now_ms() <= heard_until_ms_;
  }

  // --- client::UpdateSink ---
  bool apply_update(std::string_view topic, std::string_view body) override;

  // --- client::ForkParticipant ---
  void before_fork() override;
  void after_fork() override;
  void resume() override;

 private:
  struct Answer {
    bool arrived = false;
    std::optional<std::string> reply;
  };

  wire::NamespaceStatus status_of(std::string_view space, const std::string& what,
                                  std::chrono::milliseconds timeout);
  /// Under the apply lock.
  [[nodiscard]] bool is_over(const replica::FinishedWrite& write) const;
  replica::FinishedWrite write_until(SteadyTime deadline, replica::PendingWrite write,
                                     std::string_view name);
  bool wait_until_there(SteadyTime deadline, const replica::FinishedWrite& finished) noexcept;
  void start_engine();
  /// For on_log; `details`: "key=value ...". Under the apply mutex.
  void log(LogLevel level, std::string_view event, std::string_view details);
  client::AsyncWriteQueue& intake();
  [[nodiscard]] Error closed_error() const;
  [[nodiscard]] Error full_error();
  void note_limits(const Limits& limits);
  void notify() noexcept;
  /// The one record of the namespace, or a new one.
  std::shared_ptr<detail::NamespaceState> handle_on(std::string_view name);
  /// What was written while nobody could read yet waited for no replica: this one gets there.
  void take_in_published(detail::NamespaceState& state);
  /// Why a namespace could not be opened in time.
  [[noreturn]] void throw_incomplete(const replica::NamespaceReplica& replica,
                                     std::chrono::milliseconds waited) const;
  [[noreturn]] void throw_no_broker(std::string_view what, std::chrono::milliseconds waited,
                                    std::string_view name = {}) const;
  [[nodiscard]] SteadyTime write_deadline() const {
    return client::deadline_after(options.write_timeout);
  }
  /// Of a write that nobody waits for. Later ones are not before earlier ones.
  [[nodiscard]] SteadyTime rough_write_deadline(Timeout timeout = {}) const {
    return client::rough_deadline_after(timeout.value_or(options.write_timeout));
  }

  std::mutex engine_mutex_;
  // Guarded by engine_mutex_.
  std::shared_ptr<client::Engine> engine_;           // null when closed, or when it could not begin
  std::shared_ptr<client::AsyncWriteQueue> intake_;  // of the last engine
  bool closed_ = false;

  std::atomic<client::AsyncWriteQueue*> open_intake_ =
      nullptr;  // while there is an engine; without a lock

  // Guarded by apply_mutex.
  client::Engine* active_ = nullptr;
  client::OpenNamespaces namespaces_;
  std::map<replica::CallId, Answer> answers_;  // to calls that somebody waits for
  std::vector<client::SessionEvent> session_events_;
  std::vector<client::Settling> settling_;
  std::optional<wire::Refusal> refusal_;             // of the HELLO, for good
  std::forward_list<Limits> told_limits_{Limits()};  // those that differ; never dropped
  std::string endpoint_in_use_;
  client::EventLog event_log_;
  bool told_not_let_in_ = false;
  std::string failure_;          // the engine's last one, for error messages
  bool told_connected_ = false;  // what on_state was told last

  // Written under apply_mutex, read without a lock.
  using WallTime = std::chrono::system_clock::time_point;
  std::atomic<const Limits*> limits_ = &told_limits_.front();
  std::atomic<std::uint64_t> heard_until_ms_ = 0;  // unless more is heard; 0: there is no engine
  std::atomic<WallTime> last_heard_ = std::chrono::system_clock::now();
  std::atomic<WallTime> heard_since_ = WallTime();  // without a break
};
