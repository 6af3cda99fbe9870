// The way of a write: from the calling thread to the broker and back with the least number of hops.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include <bulletin/error.hpp>

#include "client/loop/async_write_queue.hpp"
#include "client/loop/session_event.hpp"
#include "client/loop/write_promise.hpp"
#include "client/system/clock.hpp"
#include "client/transport/sockets.hpp"
#include "client/transport/update_stream.hpp"
#include "replica/write_lane.hpp"

namespace bulletin::client {

/// What the writer needs of its client.
class WriterHost {
 public:
  virtual ~WriterHost() = default;
  /// Any time, also with the writer's lock held.
  [[nodiscard]] virtual bool hears_broker() const noexcept = 0;

  // Called with no lock of the writer's held.
  /// Applies the commits that came with an answer.
  virtual void apply_tails(const replica::WriteProgress& progress) = 0;
  /// The broker does not know the session.
  virtual void session_refused(const wire::SessionId& session) = 0;
  /// Fulfils the promises of writes that have ended, each once the replica holds what decided it.
  virtual void settle(std::vector<PromisedWrite> ended) noexcept = 0;
};

/// Owns the socket of WRITE requests. One thread at a time *leads*: it has the socket, sends the
/// lane's requests and takes the replies. A thread that writes leads by itself when nobody does,
/// and so its write costs no hop; those that come meanwhile add their writes to the lane and wait,
/// and the leader hands over to one of them when its own write is done. Writes for which no thread
/// waits come by the intake and are led by the client's thread, which is woken for the first.
///
/// Whatever fails while a thread leads (no memory, no descriptor) says nothing about the writes:
/// they stay in the lane, and the client's thread goes on with them. So a write ends with what the
/// broker answered or by its deadline, and by nothing else.
class Writer {
 public:
  /// `client_thread` wakes the client's thread: to lead, or to look at its timers.
  Writer(zmq::context_t& context, std::string endpoint, const std::optional<Keys>& keys,
         WriterHost& host, std::shared_ptr<AsyncWriteQueue> intake, Waker& client_thread,
         UpdateStream& updates);

  /// Any thread: waits for the end of the write. When it throws, the write was not sent and will
  /// not be.
  replica::FinishedWrite write(replica::PendingWrite write);
  /// Any thread: the error of the first write of the namespace, of those that came by the intake
  /// without a promise, that has failed since the last call; what it says tells of the others.
  std::optional<Error> take_post_failure(const std::string& space);
  /// Any thread: a broker is there, and what is not sent waits for what was written before.
  [[nodiscard]] bool has_broker() const;

  /// Any thread: adds the replicas of all writes that have not ended, and of ephemeral attributes.
  /// False: it cannot be told now, as ends of writes are being told.
  bool add_used(replica::ReplicaSet& replicas) const;

  void session_event(const SessionEvent& event);

  // --- the client's thread ---
  /// True while this thread leads; then it waits for `descriptor()`, unless something `is_ready()`.
  [[nodiscard]] bool led_by_client_thread() const;
  [[nodiscard]] int descriptor() const { return socket_.get(zmq::sockopt::fd); }
  bool is_ready();
  /// Its share: leads if it has to, sends, receives, ends what is overdue. Returns when to call
  /// again at the latest.
  std::optional<std::uint64_t> serve();
  /// Ends what is overdue, also while nothing can be sent.
  void end_overdue();
  /// The monitor of the socket tells of a lost or new connection.
  void connection_changed(ConnectionMonitor::Event event);
  ConnectionMonitor& monitor() noexcept { return monitor_; }
  /// The broker is looked for there from now on.
  void move_to(const std::string& endpoint);
  /// ZeroMQ has abandoned the connection.
  void connect_again();

  /// Waits until nothing is on its way, at the most until the deadline.
  bool drain(SteadyTime deadline);
  /// Ends everything that is on its way; from then on nothing is accepted.
  void close();

 private:
  enum class Leader { none, caller, client_thread };

  /// Somebody who waits for a write: a thread, or a promise.
  struct Waiter {
    replica::Ticket ticket = 0;
    bool done = false;
    bool leads = false;
    replica::FinishedWrite result;
    std::condition_variable changed;
  };
  struct Completion {
    Completion(replica::Ticket ticket, Waiter* waiter, WritePromise&& promise) noexcept
        : ticket(ticket), waiter(waiter), promise(std::move(promise)) {}

    replica::Ticket ticket;
    Waiter* waiter;  ///< null: the promise waits
    WritePromise promise;
  };
  struct PostFailures {
    Error first;
    std::uint64_t others = 0;
  };

  using Lock = std::unique_lock<std::mutex>;

  /// While it lives, writes that have ended and left the lane are on their way, without the lock.
  class InTransit {
   public:
    explicit InTransit(Writer& writer) noexcept : writer_(writer) { ++writer_.in_transit_; }
    InTransit(const InTransit&) = delete;
    InTransit& operator=(const InTransit&) = delete;
    ~InTransit() { --writer_.in_transit_; }

   private:
    Writer& writer_;
  };

  void take_events(Lock& lock);
  std::vector<replica::FinishedWrite> take(const SessionStarted& event);
  std::vector<replica::FinishedWrite> take(const SessionLives& event);
  std::vector<replica::FinishedWrite> take(const SessionEnded& event);
  void add(replica::PendingWrite&& write, Waiter& own);
  void wait_for_end(Waiter& own, std::uint64_t deadline_ms, Lock& lock);
  void lead(Waiter& own, Lock& lock);
  void work_for(Waiter& own, Lock& lock);
  void step_aside(Waiter& own, Lock& lock) noexcept;
  void withdraw(Waiter& own) noexcept;
  void absorb();
  void absorb(AsyncWriteQueue::Entry& entry);
  void absorb_some();
  void follow_endpoint();
  void follow_or_signal();
  void transmit();
  void transmit_next() noexcept;
  void take_replies(Lock& lock);
  [[nodiscard]] short wanted_events() const noexcept;
  void wait_for_socket(Lock& lock, UpdateStream::Loan& updates, SteadyTime latest);
  void tell_tails(const replica::WriteProgress& progress) noexcept;
  void tell_refusal(const wire::SessionId& session) noexcept;
  void finish(std::vector<replica::FinishedWrite> finished, Lock& lock) noexcept;
  void finish_kept(Lock& lock) noexcept;
  void keep(std::vector<replica::FinishedWrite> finished) noexcept;
  void end_all(Lock& lock) noexcept;
  void tell_why_unsent(replica::FinishedWrite& write) const noexcept;
  static void end(Waiter& waiter, replica::FinishedWrite&& result) noexcept;
  void end(replica::FinishedWrite&& result, WritePromise&& promise, Lock& lock) noexcept;
  void note_post(const replica::FinishedWrite& write) noexcept;
  std::deque<Completion>::iterator completion_of(replica::Ticket ticket) noexcept;
  void remove(const std::deque<Completion>::iterator& completion) noexcept;
  void hand_over();
  void signal_leader();

  WriterHost& host_;
  Waker& client_thread_;
  UpdateStream& updates_;
  Socket socket_;  // the leader's
  ConnectionMonitor monitor_;
  Waker leader_waker_;
  const std::shared_ptr<AsyncWriteQueue> intake_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  replica::WriteLane lane_;
  std::optional<wire::SessionId> session_;
  std::deque<SessionEvent> events_;     // the first may wait for an answer
  std::deque<Completion> completions_;  // in the order of their tickets
  AsyncWriteQueue::Chunks absorbing_;   // from the intake, on the way to the lane
  std::size_t chunks_absorbed_ = 0;
  std::size_t entries_absorbed_ = 0;                   // of the next chunk
  std::vector<replica::FinishedWrite> not_yet_told_;   // there was no memory to tell their promises
  std::map<std::string, PostFailures> post_failures_;  // by namespace; until they are asked for
  bool lost_post_failure_ = false;                     // there was no memory to note one
  Leader leader_ = Leader::none;
  std::string endpoint_;      // that is wanted
  std::string connected_to_;  // by the leader
  bool connected_ = false;
  bool lost_connection_ = false;  // and the leader has not seen it yet
  bool abandoned_ = false;        // by ZeroMQ: the leader connects anew
  bool blocked_ = false;          // there was no connection to take the request
  bool closed_ = false;
  std::condition_variable drained_;

  std::atomic<unsigned> in_transit_ = 0;  // begins under mutex_
};

}  // namespace bulletin::client
