// The sequence of a client's writes: gathered, numbered, retried until their outcome is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "replica/cross_thread_allocator.hpp"
#include "replica/ephemerals.hpp"
#include "replica/namespace_replica.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::replica {

/// Names one write to whoever waits for it.
using Ticket = std::uint64_t;

inline constexpr std::uint64_t no_deadline = std::numeric_limits<std::uint64_t>::max();

/// A write on its way in.
struct PendingWrite {
  const NamespaceReplica* replica = nullptr;  ///< lives while `add_used` tells of it
  CrossThreadString transaction;              ///< encoded
  std::size_t elements = 1;                   ///< its conditions and operations
  bool renewable = false;  ///< a plain `set` of an ephemeral attribute: set again in a new session
  bool posted = false;     ///< nobody waits for it
  bool latest =
      false;  ///< posted, a plain `set`: takes the place of one of the same name that waits
  std::uint64_t deadline_ms = 0;
  bool conditional = false;  ///< it has conditions
  /// The tag of the epoch that the revisions in its conditions are of, as far as can be known: that
  /// of the replica when the write was made. 0: the session's when it is added.
  std::uint64_t history = 0;
};

inline PendingWrite to_write(const NamespaceReplica& replica, const Transaction& transaction) {
  PendingWrite write{&replica, CrossThreadString(transaction.encoded()),
                     transaction.conditions() + transaction.operations()};
  write.conditional = transaction.conditions() != 0;
  write.history = replica.history();
  return write;
}

/// The replicas that something needs.
using ReplicaSet = std::unordered_set<const NamespaceReplica*>;

/// How a write ended.
struct FinishedWrite {
  enum class Fate {
    answered,   ///< see the outcome
    unsent,     ///< not applied: its deadline passed, or the lane was closed, before it was sent
    not_taken,  ///< not applied: the broker is there, but had no time for it before its deadline
    in_doubt,   ///< sent, and the outcome will not be known
  };
  Ticket ticket = 0;
  Fate fate = Fate::answered;
  wire::Outcome outcome = {};
  const NamespaceReplica* replica = nullptr;
  bool posted = false;
  wire::Epoch epoch = {};  ///< that the outcome's revision is of
};

/// What a reply brought: the ends of writes, and commits to apply before anybody is told of them.
/// Views point into the reply.
struct WriteProgress {
  std::vector<FinishedWrite> finished;
  wire::Epoch epoch;
  std::vector<wire::Tail> tails;
};

/// One lane of one session. At most one request is under way; what is added meanwhile gathers into
/// the next, in order, up to a bound of bytes. A request is sent again, byte for byte, until it is
/// answered. Writes never sent move to the next session; those whose request was transmitted are in
/// doubt when the session or epoch ends first, except when it was transmitted exactly once and that
/// one was refused because of the session: then nothing was applied, and they move too. Conditions
/// do not: in another epoch than that in which they were made they do not hold.
///
/// It also remembers the ephemeral attributes made by plain `set`, and at the start of a session
/// that follows a lost one sets those again that had not ended and whose names are then absent (a
/// condition decided at the broker).
///
/// One thread at a time. Times are milliseconds of any steady clock. A call that throws, such as
/// for want of memory, has changed nothing: the writes are where they were.
class WriteLane {
 public:
  /// What a slow line may need for 1024 bytes of a request.
  static constexpr std::uint64_t slow_line_ms = 32;

  /// When it throws, the write is still the caller's.
  Ticket add(PendingWrite&& write);
  /// What `add` will return.
  [[nodiscard]] Ticket next_ticket() const noexcept { return last_ticket_ + 1; }

  /// A session is there: what waits may be sent. `follows_lost`: ephemerals are set again.
  void session_started(const wire::SessionId& session, bool follows_lost, std::uint64_t now_ms);
  /// The broker has answered a KEEPALIVE that was sent at `asked_ms`.
  void session_lives(std::uint64_t asked_ms, std::uint64_t now_ms);
  /// The session or its epoch ended. Returns the writes that are in doubt by that.
  std::vector<FinishedWrite> session_ended();

  /// The bytes to transmit now, or nullopt: nothing waits, no session, or the request under way was
  /// transmitted less than `retry_ms` ago (twice as long each time, up to eight times). Call
  /// `transmitted` when they were handed to the network. The view is valid until the next call of a
  /// member that is not const.
  std::optional<std::string_view> to_transmit(std::uint64_t now_ms);
  void transmitted(std::uint64_t now_ms);
  /// Makes the next request already, if enough waits to fill it: while this one is under way there
  /// is time for it.
  void prepare();
  /// The network did not take the request, or lost it: it is due at once, and waits for a
  /// connection rather than for a time.
  void not_transmitted() noexcept;

  /// A reply to the request under way. `session_refused` is set when the broker does not know the
  /// session (then call session_ended and begin a new one). Throws wire::DecodeError: then the
  /// reply counts as lost.
  WriteProgress reply(std::string_view bytes, std::uint64_t now_ms, bool& session_refused);

  /// The writes whose deadline has passed.
  std::vector<FinishedWrite> expire(std::uint64_t now_ms);
  /// Ends one that nobody has been told of, whatever its deadline; it needs no memory.
  FinishedWrite withdraw(Ticket ticket) noexcept;
  /// Ends everything: sent ones in doubt, others unsent.
  std::vector<FinishedWrite> close();

  /// Adds the replicas of what waits, is under way or may have to be set again.
  void add_used(ReplicaSet& replicas) const;
  /// Nothing waits and nothing is under way.
  [[nodiscard]] bool idle() const noexcept { return queue_.empty(); }
  /// A request was made and is not answered.
  [[nodiscard]] bool under_way() const noexcept { return request_.has_value(); }
  /// A request is under way, its answer would tell for certain whether it was applied, and it may
  /// still come: when the session ends, that is worth waiting for.
  [[nodiscard]] bool answer_would_tell(std::uint64_t now_ms) const noexcept {
    return request_ && request_->transmissions == 1 && !request_->due && !request_->refused &&
           now_ms < request_->again_at_ms;
  }
  /// What a write that waits takes, about: beside its bytes also what it takes at whoever waits for
  /// it.
  [[nodiscard]] static std::size_t price(const PendingWrite& write) noexcept {
    return write.transaction.size() + price_beside;
  }
  /// What all that wait take.
  [[nodiscard]] std::size_t waiting_bytes() const noexcept { return load_.price(); }
  /// When to call again for a retry or a deadline; nullopt: only after something happens.
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;

  /// When a request is sent again, at first; and how much later for each 1024 bytes of it, which a
  /// slow line may need for them. Where messages are lost and their connection is not, that is how
  /// long a large one stands still.
  void set_retry_ms(std::uint64_t retry_ms, std::uint64_t for_a_kibibyte = slow_line_ms) noexcept {
    retry_ms_ = retry_ms;
    ms_for_a_kibibyte_ = for_a_kibibyte;
  }

 private:
  static constexpr std::size_t price_beside = 256;

  struct Item {
    Item(Ticket ticket, PendingWrite&& write) noexcept : ticket(ticket), write(std::move(write)) {}

    Ticket ticket;  // 0: an ephemeral set again, nobody waits for it
    PendingWrite write;
    bool ended = false;
  };
  struct Request {
    std::string bytes;
    std::size_t items = 0;  // the first of the queue
    std::uint64_t transmissions = 0;
    std::uint64_t again_at_ms = 0;
    bool due = true;       // to be transmitted at once
    bool refused = false;  // because of its session

    /// The broker may have done, or may yet do, what it asks.
    [[nodiscard]] bool may_apply() const noexcept { return transmissions > (refused ? 1U : 0U); }
  };

  /// How much waits.
  struct Load {
    std::size_t writes = 0;
    std::size_t bytes = 0;
    std::size_t elements = 0;

    void add(const PendingWrite& write) noexcept {
      ++writes;
      bytes += write.transaction.size();
      elements += write.elements;
    }
    void remove(const PendingWrite& write) noexcept {
      --writes;
      bytes -= write.transaction.size();
      elements -= write.elements;
    }
    void remove(const Load& other) noexcept {
      writes -= other.writes;
      bytes -= other.bytes;
      elements -= other.elements;
    }
    [[nodiscard]] std::size_t price() const noexcept { return bytes + writes * price_beside; }
    [[nodiscard]] bool is_more_than_a_request() const noexcept;
  };
  /// The next request, of the first that wait; not valid any more once those are others.
  struct Prepared {
    std::string bytes;
    Load load;
  };

  using Queue = std::deque<Item>;

  /// The first that is not in the request under way.
  Queue::iterator waiting() noexcept {
    return queue_.begin() + static_cast<std::ptrdiff_t>(request_ ? request_->items : 0);
  }
  /// Puts the write in the place of an older one of the same attribute that waits, if there is one.
  bool replace_older(PendingWrite& write);
  /// What was read in an epoch that has ended is not there any more, even if by chance another
  /// commit has its number: its conditions do not hold.
  void end_history(PendingWrite& write);
  [[nodiscard]] Prepared encode_waiting();
  Request gather();
  /// It is over, and so are its writes: all of them have been told of.
  void end_request();
  /// Its writes wait again, those that nobody has been told of.
  void renew(Ephemerals::Which which, std::uint64_t now_ms);
  void dissolve_request();
  /// There is room for it in `finished`.
  void end(Item& item, FinishedWrite::Fate fate, std::vector<FinishedWrite>& finished) noexcept;
  [[nodiscard]] FinishedWrite::Fate fate_of_request() const noexcept {
    return request_->may_apply() ? FinishedWrite::Fate::in_doubt : FinishedWrite::Fate::unsent;
  }
  void expire_waiting(std::uint64_t now_ms, std::vector<FinishedWrite>& finished);
  void expire_request(std::uint64_t now_ms, std::vector<FinishedWrite>& finished);
  void give_up_ended();
  void take_outcomes(wire::WriteReply reply, std::uint64_t now_ms, WriteProgress& progress);
  void note_ephemerals(const wire::WriteReply& reply, const wire::Epoch& epoch,
                       std::uint64_t now_ms);
  void take_refusal(const wire::Refusal& refusal, WriteProgress& progress, bool& session_refused);
  void note_deadlines(std::uint64_t now_ms) noexcept;

  std::optional<wire::SessionId> session_;
  std::uint64_t history_ = 0;  // the tag of the newest session's epoch
  std::uint64_t number_ = 0;   // of the last request in this session
  Ticket last_ticket_ = 0;
  Queue queue_;  // what is under way, and then what waits
  Load load_;    // what waits
  std::optional<Request> request_;
  std::optional<Prepared> prepared_;
  std::uint64_t retry_ms_ = 1000;
  std::uint64_t ms_for_a_kibibyte_ = slow_line_ms;
  std::uint64_t earliest_deadline_ms_ = no_deadline;  // or earlier
  Ephemerals ephemerals_;
  // The newest `latest` write of each attribute; it may have been sent or have ended since.
  std::map<std::pair<const NamespaceReplica*, std::string>, Ticket> latest_;
};

}  // namespace bulletin::replica
