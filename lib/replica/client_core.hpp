// A client without sockets: its session, its subscriptions and its replicas.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "replica/namespace_replica.hpp"
#include "replica/request_pace.hpp"
#include "replica/subscriptions.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::replica {

/// Names one request that a user of the core made.
using CallId = std::uint64_t;

/// Between two beats of the broker, until a welcome tells.
inline constexpr std::uint64_t default_beat_ms = 1000;

struct ClientCoreOptions {
  std::string client_name;
  std::string host = {};  ///< this one's name; empty: not told
  /// 16 random bytes for a nonce; the core has no randomness of its own.
  std::function<std::array<std::uint8_t, 16>()> random_nonce;
  /// How long a request may stay unanswered before it is asked again; from then on twice as long,
  /// up to eight times. While its answer is arriving (`answer_is_arriving`) it is not.
  std::uint64_t retry_ms = 1000;
  /// Of the hashes of tables: drawn at random by the owner, who tells nobody. Only the order in
  /// which a repair tells its changes depends on it.
  std::uint64_t hash_seed = 0;
};

/// What the core tells its owner. Called under the apply lock.
class ClientObserver : public ReplicaObserver {
 public:
  /// A session began. `follows_lost`: another of this core ended against its will.
  virtual void session_started(const wire::Welcome& welcome, bool follows_lost) = 0;
  /// The broker has answered a KEEPALIVE that was sent at `asked_ms`.
  virtual void session_lives(std::uint64_t asked_ms) = 0;
  /// The broker does not know the session any more, or it belongs to an epoch that has ended.
  virtual void session_lost() = 0;
  /// The broker refused the HELLO for good (wrong version): nothing will work. Asked again at a
  /// slow pace.
  virtual void refused(const wire::Refusal& refusal) = 0;
  /// The reply to a call; nullopt: it will not be answered. Views end with the call.
  virtual void answered(CallId call, std::optional<std::string_view> reply) = 0;
};

/// Everything that a client does but reading, writing (see WriteLane) and moving bytes. The owner
/// tells what happened and then carries out what the core wants: subscriptions
/// (`take_subscriptions`), the updates endpoint (`updates_endpoint`), and one request at a time on
/// its command socket (`next_request`). Time is told, in milliseconds of any steady clock; call
/// `advance` at least once a beat.
///
/// A broker is not believed blindly: the times that it tells are clamped to a day, and what it
/// tells makes the core ask at RequestPace only: all together, for the session, and for each
/// namespace. Free are the calls, and the next part of a large answer.
///
/// One thread at a time: the owner's apply lock.
class ClientCore : private ReplicaObserver {
 public:
  ClientCore(ClientCoreOptions options, ClientObserver& observer);

  // --- what the owner wants ---

  /// Begins to open a namespace, or finds it: subscribes, proves the subscription live, then
  /// fetches the contents. Poll `complete()` and `refusal()`.
  std::shared_ptr<NamespaceReplica> open(std::string_view name);
  /// One that is open, or null.
  [[nodiscard]] NamespaceReplica* find(std::string_view name) const;
  /// Where writes go that nobody reads here: neither subscribed to nor fetched, unless it has been
  /// opened or will be.
  std::shared_ptr<NamespaceReplica> destination(std::string_view name);
  /// Nothing of the namespace is left here. False: not now, as an answer about it is on its way.
  bool forget(std::string_view name);
  /// A request (STATUS, LIST, READ) to make in between; answered by the observer. Repeated after
  /// silence, as every request.
  CallId call(std::string request);
  void cancel(CallId call);
  /// Leaves: the next request is GOODBYE, if there is a session; then there are no more.
  void close();
  /// The write lane was told that the session is unknown, or of another epoch.
  void session_refused(const wire::SessionId& session);

  // --- what happened ---

  /// The reply to the request given last on the command socket. Bytes that cannot be decoded count
  /// as no answer.
  void reply(std::string_view bytes, std::uint64_t now_ms);
  /// It is time to ask again. To do so gives up an answer that is on its way, so look before.
  [[nodiscard]] bool overdue(std::uint64_t now_ms) const noexcept {
    return request_ && !request_->due && now_ms >= request_->again_at_ms;
  }
  /// Much has come on the command connection since the request was sent, or this was told last: a
  /// large answer, on a slow line.
  void answer_is_arriving(std::uint64_t now_ms);
  /// The command connection was lost: what is under way is asked again when it is back.
  void commands_disconnected(std::uint64_t now_ms);
  /// The updates connection was made (after its handshake) or lost.
  void updates_connected(std::uint64_t now_ms);
  void updates_disconnected(std::uint64_t now_ms);
  /// One message of the stream. What cannot be decoded is counted and dropped: the chain finds the
  /// hole. True: a replica has everything now that was told of, and there is nothing to ask.
  bool update(std::string_view topic, std::string_view body, std::uint64_t now_ms);
  /// Commits that came with the answer of a write.
  void write_answered(const wire::Epoch& epoch, const wire::Tail& tail);
  void advance(std::uint64_t now_ms);
  /// In a forked child: no session, no connections, no calls, no watches; the replicas stay and are
  /// to be brought up to date again.
  void restart(std::uint64_t now_ms);

  // --- what to do now ---

  using SubscriptionChange = replica::SubscriptionChange;
  /// In this order, on the updates socket, once it has an endpoint.
  std::vector<SubscriptionChange> take_subscriptions();
  /// Where the broker says updates are: nullopt before the first welcome. A change means: connect
  /// there instead, with all of `all_topics()`.
  [[nodiscard]] const std::optional<wire::UpdatesPlace>& updates_endpoint() const noexcept {
    return updates_endpoint_;
  }
  /// Of the namespaces; a new connection gets a new nonce.
  [[nodiscard]] std::vector<std::string> all_topics() const;
  /// The bytes to send on the command socket now (also to repeat a request that stayed unanswered);
  /// nullopt: nothing now.
  std::optional<std::string> next_request(std::uint64_t now_ms);
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;

  // --- how it stands ---

  /// Of the present session.
  [[nodiscard]] const std::optional<wire::Welcome>& welcome() const noexcept { return welcome_; }
  /// The broker was heard, on either socket, within three beats.
  [[nodiscard]] bool heard(std::uint64_t now_ms) const noexcept {
    return heard_at_ms_ && now_ms <= heard_until_ms();
  }
  /// Until when that is so, if nothing more is heard; 0: it was never heard.
  [[nodiscard]] std::uint64_t heard_until_ms() const noexcept {
    return heard_at_ms_ ? *heard_at_ms_ + 3 * beat_ms_ : 0;
  }
  [[nodiscard]] std::uint64_t undecodable() const noexcept { return undecodable_; }

 private:
  static constexpr std::uint64_t never_ms = std::numeric_limits<std::uint64_t>::max();

  struct Member {
    std::shared_ptr<NamespaceReplica> replica;
    std::optional<Subscriptions::Number> subscription = {};  // none: it is only written to
    std::uint64_t postponed_until_ms = 0;                    // 0: may be asked for
    RequestPace pace = {};
    bool next_is_free = false;  // the owner caused it, or the last answer was large
  };
  using Members = std::map<std::string, Member, std::less<>>;
  struct Hello {};
  struct Keepalive {};
  struct Goodbye {};
  /// The request under way.
  struct Request {
    std::variant<Hello, Keepalive, Goodbye, Member*, CallId> purpose;
    std::string bytes;
    std::uint64_t sent_ms = 0;
    std::uint64_t again_at_ms = 0;
    unsigned repeats = 0;
    bool due = true;  // to be sent at once
  };
  struct Call {
    CallId id = 0;
    std::string bytes;
  };

  // What the replicas tell.
  bool wants_changes(const NamespaceReplica& replica) override;
  void applied(NamespaceReplica& replica, const ChangeBatch& batch) override;
  void progressed(NamespaceReplica& replica) override;

  Members::iterator find_or_make(std::string_view name);
  std::optional<Request> choose(std::uint64_t now_ms);
  std::optional<Request> choose_session(std::uint64_t now_ms);
  std::optional<Request> choose_call();
  std::optional<Request> choose_replica(std::uint64_t now_ms);
  [[nodiscard]] std::uint64_t keepalive_due_ms() const noexcept;
  [[nodiscard]] std::uint64_t burst() const noexcept;
  [[nodiscard]] std::uint64_t session_ready_ms() const noexcept;
  [[nodiscard]] std::uint64_t ready_ms(const Member& member) const noexcept;

  struct Taker;
  void take_reply(Request& request, std::string_view bytes, std::uint64_t now_ms);
  void take_welcome(const wire::Welcome& welcome, std::uint64_t sent_ms);
  void take_hello_refusal(const wire::Refusal& refusal, std::uint64_t now_ms);
  void take_keepalive_reply(std::string_view bytes, std::uint64_t sent_ms);
  void take_part(Member& member, std::string_view bytes, std::uint64_t now_ms);
  void postpone(Member& member, std::uint64_t until_ms);
  void end_postponements(std::uint64_t now_ms);
  void lose_session();
  void lose_updates();
  void give_up_request();
  void check_epoch(const wire::Epoch& epoch);

  const ClientCoreOptions options_;
  ClientObserver& observer_;

  Members members_;
  std::uint64_t made_ = 0;
  std::map<std::string_view, Member*> unsettled_;  // those not live, which may want something
  std::string last_served_;                        // the turn goes round
  std::uint64_t postponed_until_ms_ = never_ms;    // the first of them
  Subscriptions subscriptions_;

  std::optional<wire::Welcome> welcome_;
  std::optional<wire::UpdatesPlace> updates_endpoint_;
  std::uint64_t beat_ms_ = default_beat_ms;  // as the last welcome told
  bool had_session_ = false;                 // and lost it
  bool check_session_ = false;               // the epoch, or where updates are, may have changed
  wire::Epoch checked_epoch_;                // that the session was last checked for
  std::uint64_t hello_at_ms_ = 0;            // not before
  std::uint64_t renewed_at_ms_ = 0;          // the session
  bool closing_ = false;
  bool said_goodbye_ = false;

  RequestPace pace_;          // of all requests but the free ones
  RequestPace session_pace_;  // of HELLO and KEEPALIVE
  std::optional<Request> request_;
  std::deque<Call> calls_;
  CallId last_call_ = 0;
  bool call_served_last_ = false;

  std::optional<std::uint64_t> heard_at_ms_;
  std::uint64_t undecodable_ = 0;
  wire::ParsedRun parsed_;  // the update being read; its memory is used again
};

}  // namespace bulletin::replica
