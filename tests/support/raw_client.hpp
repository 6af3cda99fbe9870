// The wire by hand: what a client in any language does, without the client library.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include <bulletin/transaction.hpp>
#include <bulletin/value.hpp>

#include "client/transport/keys.hpp"
#include "support/await.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

namespace bulletin::test {

/// Many sockets may share one: each context has threads.
using Context = std::shared_ptr<zmq::context_t>;
inline Context own_context() { return std::make_shared<zmq::context_t>(); }

/// Those that the environment names; nothing: none.
inline std::optional<client::Keys> usual_keys() { return client::choose_keys({}, {}); }

/// A REQ socket as clients have it.
class RawClient {
 public:
  explicit RawClient(const std::string& endpoint, Context context = own_context(),
                     const std::optional<client::Keys>& keys = usual_keys());

  /// Sends and waits. Throws std::runtime_error when no answer comes in time.
  std::string ask(std::string_view request);
  void send(std::string_view request);
  std::string receive();

  /// Begins a session, which later requests belong to.
  wire::Welcome hello(std::string_view name = "raw");
  const wire::SessionId& session() const noexcept { return session_; }

  /// A WRITE of one transaction under the next number, as bytes; and its one outcome.
  std::string next_write(std::string_view space, const Transaction& transaction,
                         std::uint64_t known = 0);
  wire::Outcome write(std::string_view space, const Transaction& transaction);

  /// One attribute; absent: nullopt.
  std::optional<Value> read(std::string_view space, std::string_view name);
  wire::NamespaceStatus status(std::string_view space);
  void keep_alive();
  void say_goodbye();

 private:
  Context context_;
  zmq::socket_t socket_;
  wire::SessionId session_;
  std::uint64_t number_ = 0;
};

/// One update as it came.
struct RawUpdate {
  std::string topic;
  std::string body;

  wire::Update decoded() const { return wire::decode_update(body); }
  const wire::Beat* beat();
  const wire::CommitsUpdate* commits();

 private:
  wire::Update update_;
};

/// A SUB socket as clients have it.
class RawReader {
 public:
  explicit RawReader(const std::string& updates_endpoint, Context context = own_context(),
                     const std::optional<client::Keys>& keys = usual_keys());

  void subscribe(std::string_view topic);
  void unsubscribe(std::string_view topic);

  /// nullopt: none came in time.
  std::optional<RawUpdate> next(std::chrono::milliseconds deadline = patience);
  /// The next update of this kind on the topic, passing over all others. Throws std::runtime_error
  /// when none comes in time.
  RawUpdate await_commits(std::string_view topic);
  RawUpdate await_beat(std::string_view topic);

  /// Subscribes to a namespace, and returns when the broker has proved that live; the proof's
  /// epoch.
  wire::Epoch follow(std::string_view space);

 private:
  RawUpdate await_kind(std::string_view topic, bool beat);

  Context context_;
  zmq::socket_t socket_;
  std::uint64_t nonces_ = 0;
};

/// A namespace's attributes with their revisions.
struct RawSnapshot {
  wire::Epoch epoch;
  std::uint64_t revision = 0;
  std::size_t parts = 0;
  std::map<std::string, std::pair<Value, std::uint64_t>> attributes;
};

/// All parts of a snapshot; nothing may change meanwhile.
RawSnapshot take_snapshot(RawClient& client, std::string_view space);

}  // namespace bulletin::test
