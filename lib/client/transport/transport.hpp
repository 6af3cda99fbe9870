// How bytes travel between a client and its broker: the seam below the loop.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replica/subscriptions.hpp"

namespace bulletin::client {

enum class Channel {
  commands,  ///< requests and their answers: sessions, snapshots, calls
  writes,    ///< WRITE requests and their answers
  updates,   ///< what the broker publishes
};

/// What happened to the connection of a channel.
struct ConnectionEvent {
  enum class Kind {
    connected,         ///< after the handshake
    lost,              ///< requests sent before have no answer; what was published since is missing
    failed,            ///< nobody accepts a connection there
    handshake_failed,  ///< the peer does not accept this client, or is not a broker
  };
  Channel channel;
  Kind kind;
};

/// Two channels for requests and one for updates. A channel for requests has at most one request
/// under way: the next one gives up the last, and a late answer to that is discarded. Connections
/// are made in the background, and made again when they are lost.
///
/// One thread at a time uses it, the one that drives the loop; only `wake` may be called by any
/// thread. The contract is in tests/client/transport_test.cpp.
class Transport {
 public:
  struct Update {
    std::string_view topic;
    std::string_view body;
  };

  virtual ~Transport() = default;

  // --- waiting ---
  /// Can be read when `wait` would return before its time, unless something `is_ready`.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;
  /// Something is there of which the descriptor does not tell.
  [[nodiscard]] virtual bool is_ready() = 0;
  /// Until something has happened, or the time has passed. True: it was woken.
  virtual bool wait(std::chrono::milliseconds time) = 0;
  /// Any thread: ends the present wait, or the next one.
  virtual void wake() noexcept = 0;

  // --- what has arrived by the last `wait`. Views are valid until the next call of the same ---
  virtual std::optional<ConnectionEvent> next_event() = 0;
  virtual std::optional<std::string_view> next_answer(Channel channel) = 0;
  virtual std::optional<Update> next_update() = 0;

  // --- sending ---
  /// Without waiting. False: there is no connection to take it; `wait` returns when there is one.
  virtual bool send(Channel channel, std::string_view request) = 0;
  /// More of an answer to a command has arrived since the last call: a large one, on a slow line.
  virtual bool is_receiving() noexcept = 0;

  // --- where ---
  /// Ends the connections for requests and makes new ones, to this endpoint. A request that is sent
  /// at once may still go to the old connection: send it again if it stays unanswered.
  virtual void connect(const std::string& endpoint) = 0;
  /// The network address from which the last answer to a command came; empty if it has none.
  [[nodiscard]] virtual const std::string& peer_address() const noexcept = 0;
  /// Several handshakes in a row were ended as soon as they had begun.
  [[nodiscard]] virtual bool handshakes_end_at_once() const noexcept = 0;
  /// A new connection for updates, with these topics; nothing of the one before arrives any more.
  virtual void open_updates(const std::vector<std::string>& topics) = 0;
  /// Throws std::exception when the endpoint is none.
  virtual void connect_updates(const std::string& endpoint) = 0;
  virtual void close_updates() = 0;
  /// Ignored while no updates are open.
  virtual void subscribe(const std::vector<replica::SubscriptionChange>& changes) = 0;
};

}  // namespace bulletin::client
