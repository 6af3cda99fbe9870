// A client without sockets: its session, its subscriptions and its replicas.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "replica/namespace_replica.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::replica {

/// Names one request that a user of the core made.
using CallId = std::uint64_t;

struct ClientCoreOptions {
  std::string client_name;
  /// 16 random bytes for a nonce; the core has no randomness of its own.
  std::function<std::array<std::uint8_t, 16>()> random_nonce;
  /// How long a request may stay unanswered before it is asked again.
  std::uint64_t retry_ms = 1000;
};

/// What the core tells its owner. Called under the apply lock.
class ClientObserver : public RowObserver {
 public:
  /// A session began. `follows_lost`: another of this core ended against its will.
  virtual void session_started(const wire::Welcome& welcome, bool follows_lost) = 0;
  /// The broker does not know the session any more, or it belongs to an epoch that has ended.
  virtual void session_lost() = 0;
  /// The broker refused the HELLO for good (wrong version): nothing will work. Asked again at a slow pace.
  virtual void refused(const wire::Refusal& refusal) = 0;
  /// The reply to a call; nullopt: it will not be answered. Views end with the call.
  virtual void answered(CallId call, std::optional<std::string_view> reply) = 0;
};

/// Everything that a client does but reading, writing (see WriteLane) and moving bytes. The owner tells what happened and then carries out what the
/// core wants: subscriptions (`take_subscriptions`), the updates endpoint (`updates_endpoint`), and one request at a time on
/// its command socket (`next_request`). Time is told, in milliseconds of any steady clock; call `advance` at least once a beat.
///
/// One thread at a time: the owner's apply lock.
class ClientCore {
 public:
  ClientCore(ClientCoreOptions options, ClientObserver& observer);

  // --- what the owner wants ---

  /// Begins to open a namespace, or finds it: subscribes, proves the subscription live, then fetches the contents. Poll `complete()` and `refusal()`.
  std::shared_ptr<NamespaceReplica> open(std::string_view name);
  [[nodiscard]] std::shared_ptr<NamespaceReplica> find(std::string_view name) const;
  /// A request (STATUS, LIST, READ) to make in between; answered by the observer. A call is not repeated after a lost connection, only
  /// after silence.
  CallId call(std::string request);
  void cancel(CallId call);
  /// Leaves: the next request is GOODBYE, if there is a session; then there are no more.
  void close();
  /// The write lane was told that the session is unknown, or of another epoch.
  void session_refused(const wire::SessionId& session);

  // --- what happened ---

  /// The reply to the request given last on the command socket. Bytes that cannot be decoded count as no answer.
  void reply(std::string_view bytes, std::uint64_t now_ms);
  /// The command connection was lost: what is under way is asked again when it is back.
  void commands_disconnected(std::uint64_t now_ms);
  /// The updates connection was made (after its handshake) or lost.
  void updates_connected(std::uint64_t now_ms);
  void updates_disconnected(std::uint64_t now_ms);
  /// One message of the stream. What cannot be decoded is counted and dropped: the chain finds the hole.
  void update(std::string_view topic, std::string_view body, std::uint64_t now_ms);
  /// Commits that came with the answer of a write.
  void write_answered(const wire::Epoch& epoch, const wire::Tail& tail);
  void advance(std::uint64_t now_ms);
  /// In a forked child: no session, no connections, no calls, no watches; the replicas stay and are to be brought up to date again.
  void restart(std::uint64_t now_ms);

  // --- what to do now ---

  struct SubscriptionChange {
    bool subscribe = true;
    std::string topic;
  };
  /// In this order, on the updates socket, once it has an endpoint.
  std::vector<SubscriptionChange> take_subscriptions();
  /// Where the welcome says updates are: nullopt before the first welcome. A change means: connect there instead, with all of
  /// `all_topics()`.
  struct UpdatesEndpoint {
    std::uint64_t port = 0;
    std::string endpoint;
    friend bool operator==(const UpdatesEndpoint&, const UpdatesEndpoint&) = default;
  };
  [[nodiscard]] const std::optional<UpdatesEndpoint>& updates_endpoint() const noexcept;
  [[nodiscard]] std::vector<std::string> all_topics() const;
  /// The bytes to send on the command socket now (also to repeat a request that stayed unanswered); nullopt: nothing now.
  std::optional<std::string> next_request(std::uint64_t now_ms);
  [[nodiscard]] std::optional<std::uint64_t> next_event_ms() const;

  // --- how it stands ---

  [[nodiscard]] const std::optional<wire::Welcome>& welcome() const noexcept;  ///< of the present session
  /// The broker was heard, on either socket, within three beats.
  [[nodiscard]] bool heard(std::uint64_t now_ms) const noexcept;
  [[nodiscard]] std::uint64_t undecodable() const noexcept;

 private:
  // implementation's own
};

}  // namespace bulletin::replica
