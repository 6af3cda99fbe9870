// A broker inside a program or a test. Link bulletin::broker. Not included by bulletin.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <bulletin/log.hpp>
#include <bulletin/options.hpp>

namespace bulletin {

/// When a write is answered by a broker that keeps its data.
enum class Durability {
  sync,   ///< when the disk has it: no crash loses what was answered
  async,  ///< at once, and the disk has it 100 ms later: a crash of the host may lose the last
          ///< writes
};

/// Where a broker keeps its data: `data` in $sys/broker.
enum class DataState {
  memory,  ///< nowhere else: there is no folder of data
  sync,    ///< on the disk, before a write is answered
  async,   ///< on the disk, some time later
  failed,  ///< it cannot, and refuses writes until it can
};

/// The name of the state, such as "failed".
std::string_view to_string(DataState state) noexcept;

/// What clients can make a broker keep, at most. Past a bound whoever asks is refused, as
/// overloaded where nothing else is said, and the others are served on. Where the authorized keys
/// name several users, each may have half at most, or what a quota in the permissions file says.
/// 0: a default that follows from the memory or from the host.
struct BrokerBounds {
  std::size_t sessions = 100'000;
  /// Of one session.
  std::size_t lanes = 64;
  std::size_t namespaces = 1'000'000;
  /// Of one namespace, and of all together.
  std::size_t namespace_attributes = 10'000'000;
  std::size_t attributes = 100'000'000;
  /// Memory, about: names and values, 64 for each attribute, and 160 more for one with a time to
  /// live or a session. Of one namespace (0: as of all together), and of all together, with 448 and
  /// its name for each namespace (0: half of `memory`).
  std::size_t namespace_bytes = 0;
  std::size_t bytes = 0;
  /// Connections, of which a client has two or three (0: half of the descriptors). Past this bound
  /// new ones wait until there is room again.
  std::size_t connections = 0;
  /// Those of them that have not said yet who they are. Past this bound the oldest ends.
  std::size_t handshaking_connections = 1000;
  /// Memory of what one connection subscribes to, about: 56 bytes for each subscription, and for
  /// the first one to a namespace about 700 and its name (0: a quarter of `network_bytes`, at most
  /// 128 MiB). Past that it ends.
  std::size_t subscription_bytes = 0;
  /// Memory of what was received in part, waits to be sent or is subscribed to, of all connections
  /// (0: an eighth of `memory`). Past that the connection that has most ends.
  std::size_t network_bytes = 0;
};

/// Every member has a default; see `bulletin-broker --help`, whose options they are.
struct BrokerOptions {
  /// Where commands are received: tcp://ADDRESS:PORT (`*`: a free port) or ipc://PATH.
  std::string bind = "tcp://127.0.0.1:5570";
  /// Where updates are sent. Empty: for tcp the same address and the next port (a free one when
  /// `bind` asks for one); for ipc the path plus ".updates".
  std::string updates = {};
  /// The updates endpoint to tell clients, when they cannot reach it at the address at which they
  /// reach `bind`.
  std::string advertise = {};
  /// The folder in which the board is kept, through any crash; made if it is not there, its parent
  /// is not. Empty: the board is in memory only, and ends with the broker.
  std::string data = {};
  Durability durability = Durability::sync;
  /// The file of the broker's secret CURVE key (`bulletin keygen`), and the file of the public keys
  /// of the clients that are let in, one `PUBLIC-KEY USER COMMENT...` a line. Both or none: without
  /// them everybody is let in who can reach the endpoints.
  std::string secret_key = {};
  std::string authorized_keys = {};
  /// The file that says which user may read and write what, and how much each may have, in TOML;
  /// with keys. Empty: everybody who is let in may do everything.
  std::string permissions = {};
  /// Without keys only addresses of this host may be bound, unless this is set.
  bool insecure = false;
  /// How often a subscribed namespace tells its newest revision and digest.
  std::chrono::milliseconds beat{1000};
  /// How long a silent session lives.
  std::chrono::milliseconds session_time{10000};
  /// While requests come within this time of each other, the broker waits for the next one awake,
  /// for this long at most: that answers in about half the time, and takes a processor for as long.
  /// 0, or only one processor: it always sleeps.
  std::chrono::microseconds busy_poll{200};
  /// Bytes of memory that clients can make the broker take, at least 64 MiB; 0: that of the host,
  /// or of its control group. What `limits`, `log_bytes`, `reader_bytes` and `bounds` say by
  /// default follows from it, or is less where it is small (docs/operations.md).
  std::size_t memory = 0;
  Limits limits = {};
  /// Bytes of recent commits kept for clients that reconnect.
  std::size_t log_bytes = 64u << 20;
  /// Bytes of updates kept at most for one reader that is slower than the stream: one update for
  /// every 64 KiB of this. Updates larger than that (one value may be) take as much again at most,
  /// for all readers together.
  std::size_t reader_bytes = 256u << 20;
  BrokerBounds bounds = {};
  /// Called with what `bulletin-broker` logs at level info and above. It runs on the broker's own
  /// thread and on the threads that call start, stop and reload, one call at a time, and must not
  /// block, as the broker waits for it, nor call the Broker. Default: nobody is told.
  LogHook on_log = {};
};

/// A broker with a thread of its own. Start one, connect clients to `endpoint()`, destroy it.
/// Usable from every thread. Its threads receive no signals. A forked child has no broker: there
/// the object is as one that was never started. A child that is forked while there is data (or was)
/// can open none; and when it calls exit(), what was registered with atexit() before the first
/// start is not run.
///
/// Starting one raises this process's soft limit of open files to the hard limit, for good: each
/// client takes three.
class Broker {
 public:
  explicit Broker(BrokerOptions options = {});
  /// Stops it.
  ~Broker();
  Broker(Broker&&) noexcept;
  Broker& operator=(Broker&&) noexcept;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Binds, and serves from then on. Throws Error rejected when an endpoint cannot be bound (the
  /// message names it), or when this process lacks what a broker needs, such as 32 free file
  /// descriptors.
  void start();
  /// Stops serving; what clients had sent and the broker had not read stays unanswered. Idempotent.
  void stop() noexcept;

  /// Reads the authorized keys and the permissions again, as SIGHUP has bulletin-broker do: a key
  /// that is new works at once, what is not allowed any more ends. A file that makes no sense
  /// changes nothing. False: there are no keys, or it is not running.
  bool reload() noexcept;

  /// Started, not stopped, and not ended by a failure, such as a lack of memory. A failure is told
  /// to `on_log`, or without one in one line on standard error; `stop`, then `start` begin anew.
  bool running() const noexcept;

  /// Whether it can keep its data now. Before `start` and after `stop`: what the options say.
  DataState data_state() const noexcept;

  /// The endpoints with their real ports; empty before `start`.
  std::string endpoint() const;
  std::string updates_endpoint() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bulletin
