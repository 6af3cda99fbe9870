// What a client does, whatever its process: its state, its present loop, the calls of its handles.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/client.hpp>

#include "client/loop/async_write_queue.hpp"
#include "client/loop/broker_queries.hpp"
#include "client/loop/client_state.hpp"
#include "client/loop/loop.hpp"
#include "client/system/clock.hpp"
#include "client/system/fork.hpp"

namespace bulletin::client {

/// Throws Error rejected.
void check_namespace_name(std::string_view name);

}  // namespace bulletin::client

/// Shared by the Client and all handles of its namespaces.
class bulletin::Client::Implementation final : public std::enable_shared_from_this<Implementation>,
                                               public client::ForkParticipant {
 public:
  using SteadyTime = client::SteadyTime;
  using Waits = client::Loop::Waits;

  explicit Implementation(ClientOptions given);
  ~Implementation() override;

  void start();
  /// Ends the threads; the handles stay readable. Idempotent.
  void close() noexcept;

  std::shared_ptr<detail::NamespaceState> open(std::string_view name, const OpenOptions& how);
  std::shared_ptr<detail::NamespaceState> publisher(std::string_view name);
  /// Questions that wait for so long each. They live no longer than this client.
  client::Queries queries(Timeout timeout);
  const Limits& limits() const noexcept { return state_.limits(); }
  std::string endpoint_in_use() const;
  Freshness freshness(const replica::NamespaceReplica& replica) const noexcept {
    return state_.freshness(replica);
  }

  /// Makes a request and waits for its reply. Throws Error disconnected, and what a refusal says.
  std::string call(std::string request, std::string_view what, std::chrono::milliseconds timeout);
  /// Lets the client's thread look what there is to do.
  void wake();
  /// Waits until the replica has everything that is committed now.
  void sync(replica::NamespaceReplica& replica, Timeout timeout = {});
  /// Writes, and returns when the replica holds what decided it. Throws what `write_error` says.
  /// `name`: the one attribute that it is about, if it is known.
  replica::FinishedWrite write(replica::PendingWrite write, std::string_view name,
                               Timeout timeout = {}) {
    return write_until(write_deadline(timeout), std::move(write), name);
  }
  /// The same without waiting: the promise tells; without one, `flush`.
  void write_async(replica::PendingWrite&& write, client::WritePromise&& promise,
                   Timeout timeout = {});
  /// Waits for the writes of this namespace that have no promise. Throws what the first of them
  /// that failed would have thrown.
  void flush(const replica::NamespaceReplica& replica, Timeout timeout);
  /// Waits for progress on this client until the predicate is true, which is called with the lock
  /// held, by any thread; false: the deadline passed. Throws Error disconnected when the client is
  /// closed.
  bool wait_for(SteadyTime deadline, const std::function<bool()>& predicate,
                Waits waits = Waits::for_a_change);

  /// While it is held, nothing is applied: what is read of a replica belongs together.
  [[nodiscard]] client::Lock lock() const { return client::Lock(state_.mutex); }
  /// The core is the caller's while it holds the lock.
  [[nodiscard]] const replica::ClientCore& core() const noexcept { return state_.core; }
  /// Of this process. Throws Error disconnected when the client is closed.
  std::shared_ptr<client::Dispatcher> dispatcher() { return loop()->dispatcher; }

 private:
  client::ClientState state_;

 public:
  const ClientOptions& options;
  const std::string& endpoint;  ///< all of them, as choose_endpoint gives them

  // --- client::ForkParticipant ---
  void before_fork() override;
  void after_fork() override;
  void resume() override;

 private:
  /// The loop of this process. Throws Error disconnected when the client is closed.
  std::shared_ptr<client::Loop> loop();
  void start_loop();
  client::AsyncWriteQueue& queue();
  /// Waits on the loop, and calls `on_wait` meanwhile. Throws what that throws.
  bool wait(client::Loop& loop, client::Lock& lock, SteadyTime deadline,
            const client::Loop::Predicate& predicate, Waits waits);
  replica::FinishedWrite write_until(SteadyTime deadline, replica::PendingWrite write,
                                     std::string_view name);
  bool wait_until_there(SteadyTime deadline, const replica::FinishedWrite& finished) noexcept;
  [[nodiscard]] Error closed_error() const;
  [[nodiscard]] Error full_error();
  /// The one record of the namespace, or a new one.
  std::shared_ptr<detail::NamespaceState> handle_on(std::string_view name);
  /// What was written while nobody could read yet waited for no replica: this one gets there.
  void take_in_published(detail::NamespaceState& state);
  /// Why a namespace could not be opened in time.
  [[noreturn]] void throw_incomplete(const replica::NamespaceReplica& replica,
                                     std::chrono::milliseconds waited) const;
  [[noreturn]] void throw_no_broker(std::string_view what, std::chrono::milliseconds waited,
                                    std::string_view name = {}) const;
  [[nodiscard]] SteadyTime write_deadline(Timeout timeout = {}) const {
    return client::deadline_after(timeout.value_or(options.write_timeout));
  }
  /// Of a write that nobody waits for. Later ones are not before earlier ones.
  [[nodiscard]] SteadyTime rough_write_deadline(Timeout timeout = {}) const {
    return client::rough_deadline_after(timeout.value_or(options.write_timeout));
  }

  std::mutex loop_mutex_;  // taken before the client's lock
  // Guarded by loop_mutex_.
  std::shared_ptr<client::Loop> loop_;              // null when closed, or when it could not begin
  std::shared_ptr<client::AsyncWriteQueue> queue_;  // of the last loop
  bool closed_ = false;

  std::atomic<client::AsyncWriteQueue*> open_queue_ = nullptr;  // while there is a loop; no lock
};
