// What the broker answers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bulletin/error.hpp>
#include <bulletin/options.hpp>

#include "wire/commit.hpp"
#include "wire/epoch.hpp"
#include "wire/limits.hpp"
#include "wire/requests.hpp"

namespace bulletin::wire {

/// [status, message, name]: a reply to any request, with a status that is a refusal. The one form
/// that never changes between versions.
struct Refusal {
  Status status = Status::malformed;
  std::string message;
  std::string name;  ///< the attribute or namespace concerned
};

/// Where a client's updates are.
struct UpdatesPlace {
  /// tcp: joined to the address that the answer came from; 0: the endpoint says.
  std::uint64_t port = 0;
  /// Used instead of the port when not empty; on ipc empty: the commands path plus ".updates".
  std::string endpoint;

  friend bool operator==(const UpdatesPlace&, const UpdatesPlace&) = default;
};

/// [0, version, epoch, session, updates port, updates endpoint, beat ms, session ms,
///  [name bytes, namespace bytes, value bytes, transaction bytes, transaction operations]]
struct Welcome {
  std::uint64_t version = highest_version;
  SessionId session;
  UpdatesPlace updates;
  std::uint64_t beat_ms = 0;
  std::uint64_t session_ms = 0;
  Limits limits;
};

/// What became of one transaction. Small, because there are many, and most are only ok.
struct Outcome {
  /// ok, unchanged, lost, or a refusal.
  Status status = Status::ok;
  /// ok: the commit's; unchanged and lost: the namespace's newest, which decided it.
  std::uint64_t revision = 0;
  /// ok: the results of the `add` operations in order, as value bytes; lost: the attribute whose
  /// condition did not hold; a refusal: its message and the attribute.
  std::vector<std::string> texts;

  static Outcome lost(std::uint64_t revision, std::string_view name) {
    return {Status::lost, revision, {std::string(name)}};
  }
  static Outcome refused(Refusal refusal) {
    return {refusal.status, 0, {std::move(refusal.message), std::move(refusal.name)}};
  }

  [[nodiscard]] std::span<const std::string> sums() const noexcept {
    return status == Status::ok ? texts : std::span<const std::string>();
  }
  /// A refusal's; otherwise empty.
  [[nodiscard]] std::string_view message() const noexcept {
    return texts.size() == 2 && status != Status::ok ? texts.front() : std::string_view();
  }
  /// Of the attribute that it is about, if that is told.
  [[nodiscard]] std::string_view name() const noexcept {
    return !texts.empty() && status != Status::ok ? texts.back() : std::string_view();
  }

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// What it takes in the answer of a WRITE.
std::size_t encoded_bytes(const Outcome& outcome) noexcept;

/// The commits of one namespace that the client does not have yet.
struct Tail {
  std::string_view space;
  Run run;
};

/// [0, [outcome ...], [[namespace, previous, revision, count, [commit ...]] ...]]: an outcome for
/// each item in order, and for each namespace whose new commits are small enough one tail. An
/// outcome is [0, revision, [sum ...]], [1, revision], [2, revision, name] or [refusal, message,
/// name].
struct WriteReply {
  std::vector<Outcome> outcomes;
  std::vector<Tail> tails;
};

/// What will end an attribute by itself.
struct Lease {
  std::uint64_t ttl_ms = 0;  ///< what is left of its time to live; 0: it has none
  bool ephemeral = false;    ///< it goes with a session

  friend bool operator==(const Lease&, const Lease&) = default;
};

struct AttributeState {
  std::string_view name;   ///< not sent in a READ's reply
  std::string_view value;  ///< empty: absent
  std::uint64_t revision = 0;
  std::optional<Lease> lease = {};  ///< told to those that ask for it, by brokers that know how
};

/// [0, epoch, revision, [[value, revision] or [] ...]]: in the order of the names asked for. With
/// leases [value, revision, ttl ms, ephemeral].
struct ReadReply {
  Epoch epoch;
  std::uint64_t revision = 0;
  std::vector<AttributeState> attributes;
};

/// [0, epoch, revision, count, more, [[name, value, revision] ...]]; with leases [name, value,
/// revision, ttl ms, ephemeral].
struct SnapshotReply {
  Epoch epoch;
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  bool more = false;
  std::vector<AttributeState> attributes;
};

/// [0, epoch, true] to take a snapshot, or [0, epoch, false, more, previous, revision, count,
/// [commit ...]]
struct SinceReply {
  Epoch epoch;
  bool take_snapshot = false;
  bool more = false;
  Run run;
};

struct NamespaceStatus {
  Epoch epoch;
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  std::uint64_t attributes = 0;
  std::uint64_t bytes = 0;  ///< of memory, about; see docs/protocol.md
};

/// [0, [[epoch, revision, count, digest, attributes, bytes] ...]]: in the order asked for; of a
/// namespace that there is not, the revision is that of the newest forgetting, and the rest 0.
struct StatusReply {
  std::vector<NamespaceStatus> namespaces;
};

/// [0, more, [name ...]]
struct ListReply {
  bool more = false;
  std::vector<std::string_view> names;
};

struct BackupFile {
  std::string_view name;  ///< a path below the folder, without `..`
  std::uint64_t size = 0;
};

/// [0, ready, [[name, size] ...]]: without files until it is ready.
struct BackupReply {
  bool ready = false;
  std::vector<BackupFile> files;
};

/// [0, bytes]: what follows the offset, at most backup_part_bytes.
struct BackupPartReply {
  std::string_view bytes;
};

// Each decoder throws DecodeError, or RefusedError when the reply is a refusal. Views point into
// `bytes`. Elements behind those listed are passed over.

/// A reply that says no.
class RefusedError : public std::runtime_error {
 public:
  explicit RefusedError(Refusal refusal)
      : std::runtime_error(refusal.message), refusal_(std::move(refusal)) {}
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Refusal refusal_;
};

Welcome decode_welcome(std::string_view bytes);
/// The reply to KEEPALIVE, [0, updates port, updates endpoint]; nothing if it is only [0].
std::optional<UpdatesPlace> decode_renewed(std::string_view bytes);
/// The reply to GOODBYE and BACKUP_END: [0]
void decode_done(std::string_view bytes);
/// `expected`: how many outcomes there should be.
WriteReply decode_write_reply(std::string_view bytes, std::size_t expected = 0);
ReadReply decode_read_reply(std::string_view bytes);
SnapshotReply decode_snapshot_reply(std::string_view bytes);
/// Throws DecodeError unless the part's names ascend, all of them behind `after`, and there is at
/// least one if there is more to come.
void check_order(const SnapshotReply& part, std::string_view after);
SinceReply decode_since_reply(std::string_view bytes);
StatusReply decode_status_reply(std::string_view bytes);
/// The names ascend, all of them behind `after`, the name that was asked to go on from: a client
/// that goes on from the last one comes to an end.
ListReply decode_list_reply(std::string_view bytes, std::string_view after = {});
BackupReply decode_backup_reply(std::string_view bytes);
BackupPartReply decode_backup_part_reply(std::string_view bytes);

std::string encode(const Refusal& reply);
std::string encode(const Welcome& reply);
/// The answer to KEEPALIVE.
std::string encode(const UpdatesPlace& place);
std::string encode_done();
std::string encode(const WriteReply& reply);
/// The same without a copy of the outcomes.
std::string encode_write_reply(std::span<const Outcome> outcomes, std::span<const Tail> tails);
std::string encode(const ReadReply& reply);
std::string encode(const SnapshotReply& reply);
std::string encode(const SinceReply& reply);
std::string encode(const StatusReply& reply);
std::string encode(const ListReply& reply);
std::string encode(const BackupReply& reply);
std::string encode(const BackupPartReply& reply);

/// The code of the public API that a refusal becomes.
Errc to_errc(Status status) noexcept;

}  // namespace bulletin::wire
