// The options of the calls. Aggregates: write `{.ephemeral = true}`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include <bulletin/broker_limits.hpp>
#include <bulletin/freshness.hpp>
#include <bulletin/log.hpp>

namespace bulletin {

/// What happened to a client's registration with the broker.
enum class ClientEvent {
  connected,     ///< a session began; the replicas are up to date or being brought there
  disconnected,  ///< the broker is not heard any more; reads go on, stale
  session_lost,  ///< the broker ended the session: its ephemeral attributes are gone; `connected`
                 ///< follows
};

/// How long one call may wait, such as `100ms`; without it what ClientOptions say.
using Timeout = std::optional<std::chrono::milliseconds>;

/// Every member has a default; times are in milliseconds.
struct ClientOptions {
  /// Where the broker listens for commands, such as "tcp://robot7:5570" or
  /// "ipc:///run/bulletin/board". Empty: $BULLETIN_ENDPOINT, and without that
  /// "tcp://127.0.0.1:5570". Several, with commas between them: the first that is heard is used,
  /// and when it is lost the next that is. They are to be places of one board: of a broker that
  /// comes back elsewhere with its data. Another board is another history, and writes under way end
  /// in doubt.
  std::string endpoint = {};
  /// For a broker with keys: the file of its public key (or the 40 characters themselves), and the
  /// file of this client's secret key, as `bulletin keygen` makes them. Empty: $BULLETIN_SERVER_KEY
  /// and $BULLETIN_KEY, and without those no keys.
  std::string server_key = {};
  std::string key_file = {};
  /// The secret key itself (40 characters) instead of its file, for keys that are kept elsewhere.
  /// The client wipes its copy when it ends.
  std::string key = {};
  /// Shown to operators in $sys/sessions. Empty: the program's name and process id.
  std::string name = {};
  /// How long `open` waits for the broker and the complete state; then Error disconnected.
  std::chrono::milliseconds open_timeout{5000};
  /// How long a write, and `sync`, wait for their outcome; then Error in_doubt if the write was
  /// sent, else overloaded if the broker is there but busy with what was written before, else
  /// disconnected. Also how long `set_async`, `commit_async` and `post` wait for room when 64 MiB
  /// of writes wait to be sent.
  std::chrono::milliseconds write_timeout{5000};
  /// How long a namespace stays open after its last handle has gone (Namespace, Attribute,
  /// Subscription or Publisher; each copy counts). Until then opening it again costs nothing; after
  /// that it is joined anew, and nothing of it is kept. 0: at once. It stays open longer while it
  /// has private attributes, ephemeral ones of this client or writes under way, and while the
  /// broker is not heard.
  std::chrono::milliseconds namespace_linger{10'000};
  /// How long destroying the client may take; then writes under way end in doubt.
  std::chrono::milliseconds close_timeout{1000};
  /// Bytes of changes kept for watches that are slower than the stream; past that they skip to the
  /// newest state.
  std::size_t watch_queue_bytes = 8u << 20;
  /// Called, on the thread of the watches, with what a watch callback has thrown, and with the
  /// first error of posts to a namespace that no `flush` has thrown within a second (when the
  /// client ends: at once, on the thread that destroys it). Default: one line on standard error.
  std::function<void(std::exception_ptr)> on_error = {};
  /// Called, on the thread of the watches, when the broker ceases to be heard or is heard again,
  /// and when the session is lost or a new one begins.
  std::function<void(ClientEvent)> on_state = {};
  /// Called, on the thread of the watches, with what an operator may want to know: the broker
  /// lost and heard again, sessions lost, refused handshakes, another endpoint tried, namespaces
  /// that fell behind and were brought up to date, failures such as a lack of descriptors. An event
  /// that comes often is told once a second. It must not block: watches wait for it. Default:
  /// nobody is told.
  LogHook on_log = {};
  /// Called on the thread that waits in `open`, `sync`, `wait_until` or `namespaces`, ten times a
  /// second and with no lock held. What it throws ends the wait and reaches the caller; nothing
  /// else changes. For language bindings and programs that must stop at a signal:
  ///
  ///     options.on_wait = [] { if (interrupted) throw Interrupted(); };
  ///
  /// It is not called while a write waits: use `set_async` and `Future::wait_for` for a write that
  /// can be interrupted.
  std::function<void()> on_wait = {};
};

/// How a namespace is opened.
struct OpenOptions {
  /// False: returns at once, without waiting for the broker. Until the replica is complete, reads
  /// show no attributes or some, watches are not called, and what this client has written cannot be
  /// read.
  /// `sync` waits for that, as does another `open`; `freshness` tells.
  bool wait = true;
  /// Instead of ClientOptions::open_timeout.
  Timeout timeout = {};
};

/// How one attribute is set. They belong to the write: a later `set` without them ends them, `add`
/// keeps them.
struct SetOptions {
  /// The attribute goes when this client's session ends. After a lost session the client sets it
  /// again in the new one.
  bool ephemeral = false;
  /// Time to live, counted from when the write returns, and never shorter; 0: for ever.
  std::chrono::milliseconds ttl{0};
  /// Of `post`: while such a value waits to be sent, the next one of the same name takes its place.
  /// For values of which only the newest matters, such as those of a sensor: a broker that is busy
  /// for a while then gets no old ones.
  bool latest = false;
  /// Instead of ClientOptions::write_timeout.
  Timeout timeout = {};
};

}  // namespace bulletin
