// The writes of a client that have not ended, and how they end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/error.hpp>

#include "client/loop/async_write_queue.hpp"
#include "client/loop/client_state.hpp"
#include "client/loop/session_event.hpp"
#include "client/loop/write_promise.hpp"
#include "replica/write_lane.hpp"

namespace bulletin::client {

/// The write lane, and what waits for each of its writes: a thread, a promise, or nothing (a post).
/// It has no socket and no thread; every call holds the client's lock, and those that are given it
/// may release it for a moment, to fulfil promises.
///
/// A failure (no memory, no descriptor) says nothing about the writes: they stay in the lane. So a
/// write ends with what the broker answered or by its deadline, and by nothing else.
class Writes {
 public:
  /// A thread that waits for its write.
  struct Waiter {
    replica::Ticket ticket = 0;
    bool done = false;
    replica::FinishedWrite result;
  };

  Writes(ClientState& state, std::shared_ptr<AsyncWriteQueue> queue);

  /// Behind all that was queued before. When it throws, the write was not sent and will not be.
  void add(replica::PendingWrite&& write, Waiter& own);
  /// The time of its write is over: ends it.
  void give_up(Waiter& own, Lock& lock) noexcept;
  /// The error of the first write of the namespace, of those that were queued without a promise,
  /// that has failed since the last call; what it says tells of the others.
  std::optional<Error> take_post_failure(const std::string& space);
  /// Those that came until `until_ms` and that nobody has asked for, each once.
  std::vector<Error> take_unasked_failures(std::uint64_t until_ms);
  /// A broker is there, and what is not sent waits for what was written before.
  [[nodiscard]] bool has_broker() const { return connected_ && state_.hears_broker(); }
  /// Adds the replicas of all writes that have not ended, and of ephemeral attributes. False: it
  /// cannot be told now, as ends of writes are being told.
  bool add_used(replica::ReplicaSet& replicas) const;
  /// Nothing waits to be sent, and nothing is under way.
  [[nodiscard]] bool idle() const noexcept {
    return lane_.idle() && chunks_absorbed_ == absorbing_.size();
  }
  [[nodiscard]] bool under_way() const noexcept { return lane_.under_way(); }
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const { return lane_.next_event_ms(); }

  // --- the thread that drives ---
  void connected(Lock& lock);
  void connection_lost(Lock& lock);
  /// The broker is looked for elsewhere: the request under way is sent again there. If it is the
  /// same broker, or one with its data, it knows whether it has had it.
  void moved() noexcept;
  /// Ends what is overdue, takes what became of the session, and what was queued.
  void serve(Lock& lock);
  /// The same of what is queued, while nothing can be sent.
  void end_overdue(Lock& lock);
  /// The request to send now; then `transmitted`, with whether the transport took it.
  std::optional<std::string_view> to_transmit();
  void transmitted(bool taken);
  /// Makes the next request already, if enough waits to fill it.
  void prepare() { lane_.prepare(); }
  /// An answer. `transmit_next`, which throws nothing, sends the next request, before those that
  /// wait for this one are told: so the broker works meanwhile.
  void answered(std::string_view bytes, const std::function<void()>& transmit_next, Lock& lock);

  /// Moves what is queued to the lane. When it throws, the rest stays where it is, in its order.
  void absorb();
  /// Ends everything; from then on nothing is accepted.
  void close(Lock& lock) noexcept;

 private:
  struct Completion {
    Completion(replica::Ticket ticket, Waiter* waiter, WritePromise&& promise) noexcept
        : ticket(ticket), waiter(waiter), promise(std::move(promise)) {}

    replica::Ticket ticket;
    Waiter* waiter;  ///< null: the promise waits
    WritePromise promise;
  };
  struct PostFailures {
    Error first;
    std::uint64_t since_ms;  ///< of the first
    std::uint64_t others = 0;
    bool reported = false;  ///< though nobody has asked
  };
  using Completions = std::deque<Completion>;

  /// While it lives, promises are fulfilled without the lock.
  class InTransit {
   public:
    InTransit(Writes& writes, Lock& lock) noexcept : writes_(writes), lock_(lock) {
      ++writes_.in_transit_;
      lock_.unlock();
    }
    InTransit(const InTransit&) = delete;
    InTransit& operator=(const InTransit&) = delete;
    ~InTransit() {
      lock_.lock();
      --writes_.in_transit_;
    }

   private:
    Writes& writes_;
    Lock& lock_;
  };

  void absorb(AsyncWriteQueue::Entry& entry);
  void absorb_some();
  void take_events(Lock& lock);
  std::vector<replica::FinishedWrite> take(const SessionStarted& event);
  std::vector<replica::FinishedWrite> take(const SessionLives& event);
  std::vector<replica::FinishedWrite> take(const SessionEnded& event);
  void apply_tails(const replica::WriteProgress& progress) noexcept;
  void tell_refusal() noexcept;
  void finish(std::vector<replica::FinishedWrite> finished, Lock& lock) noexcept;
  void finish_kept(Lock& lock) noexcept;
  void keep(std::vector<replica::FinishedWrite> finished) noexcept;
  void settle(std::vector<PromisedWrite> ended, Lock& lock) noexcept;
  void end_completions(Lock& lock) noexcept;
  void end_queued(Lock& lock) noexcept;
  void tell_why_unsent(replica::FinishedWrite& write) const noexcept;
  void end(replica::FinishedWrite&& result, WritePromise&& promise, Lock& lock) noexcept;
  void note_post(const replica::FinishedWrite& write) noexcept;
  Completions::iterator completion_of(replica::Ticket ticket) noexcept;
  void remove(const Completions::iterator& completion) noexcept;

  ClientState& state_;
  const std::shared_ptr<AsyncWriteQueue> queue_;
  replica::WriteLane lane_;
  std::optional<wire::SessionId> session_;
  Completions completions_;            // in the order of their tickets
  AsyncWriteQueue::Chunks absorbing_;  // from the queue, on the way to the lane
  std::size_t chunks_absorbed_ = 0;
  std::size_t entries_absorbed_ = 0;                   // of the next chunk
  std::vector<replica::FinishedWrite> not_yet_told_;   // there was no memory to tell their promises
  std::map<std::string, PostFailures> post_failures_;  // by namespace; until they are asked for
  bool lost_post_failure_ = false;                     // there was no memory to note one
  bool connected_ = false;
  bool closed_ = false;
  unsigned in_transit_ = 0;
};

}  // namespace bulletin::client
