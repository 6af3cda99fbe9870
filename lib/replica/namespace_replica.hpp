// A copy of one namespace, and what it takes to make and keep it equal to the broker's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "replica/attribute_table.hpp"
#include "replica/change_batch.hpp"
#include "replica/digest_memory.hpp"
#include "replica/kept_updates.hpp"
#include "replica/snapshot_intake.hpp"
#include "wire/epoch.hpp"
#include "wire/parsed_run.hpp"
#include "wire/replies.hpp"
#include "wire/update.hpp"

namespace bulletin::replica {

class NamespaceReplica;

/// Told of every batch after it has become visible. Called by whoever applies, with the client's
/// apply lock held: keep it short.
class ReplicaObserver {
 public:
  virtual ~ReplicaObserver() = default;
  /// Whether batches of this namespace are wanted; otherwise they are not made.
  virtual bool wants_changes(const NamespaceReplica& replica) = 0;
  virtual void applied(NamespaceReplica& replica, const ChangeBatch& batch) = 0;
  /// The replica's revision, completeness or failure has changed; also called when nobody wants
  /// batches.
  virtual void progressed(NamespaceReplica& replica) = 0;
};

/// The state machine of one namespace at a client. It is told what arrives and asks for what it
/// lacks; it owns neither sockets nor time.
///
/// States: *waiting* (its subscription is not proven live), *snapshotting* (pulls parts), *catching
/// up* (asks SINCE), *live*. Updates that arrive before what they follow are kept, within a bound.
/// A hole, a differing digest, a beat ahead, another epoch: back to catching up or snapshotting,
/// while reads go on from the state before; a snapshot is staged and then applied as one
/// difference.
///
/// One thread at a time (the apply lock), except where marked.
class NamespaceReplica {
 public:
  /// `id`: told by `id()`. `hash_seed`: of the tables.
  NamespaceReplica(std::string name, ReplicaObserver& observer, std::uint64_t id = 0,
                   std::uint64_t hash_seed = 0);

  // --- any thread ---
  /// Of this replica, and of no later one of the same owner.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const AttributeTable& table() const noexcept { return table_; }
  /// The newest commit applied.
  [[nodiscard]] std::uint64_t revision() const noexcept {
    return revision_.load(std::memory_order_acquire);
  }
  /// The tag of the epoch that the revision is of; 0: none yet. Revisions of different epochs
  /// cannot be compared: the clock from which a broker takes its first one may have gone back.
  [[nodiscard]] std::uint64_t history() const noexcept {
    return history_.load(std::memory_order_acquire);
  }
  /// All commits of this epoch up to this revision are applied.
  [[nodiscard]] bool has(const wire::Epoch& epoch, std::uint64_t revision) const noexcept {
    return history() == epoch.tag() && this->revision() >= revision;
  }
  /// Has been equal to the broker's state once: `open` may return.
  [[nodiscard]] bool complete() const noexcept { return complete_.load(std::memory_order_acquire); }
  /// The broker has refused it; see `refusal`.
  [[nodiscard]] bool refused() const noexcept { return refused_.load(std::memory_order_acquire); }
  /// Since when it is `live`, 0: it is not. For the owner, who has a clock and sets it.
  std::atomic<std::int64_t> live_since{0};

  // --- under the apply lock ---
  /// It is watched already: tell everything when it becomes complete. The owner's.
  bool tells_first = false;
  AttributeTable& table() noexcept { return table_; }
  [[nodiscard]] const wire::Epoch& epoch() const noexcept { return epoch_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t digest() const noexcept { return table_.digest(); }
  /// Its subscription is proven live, and nothing is known to be missing.
  [[nodiscard]] bool live() const noexcept;
  /// Why the broker refused it (denied, rejected), if it did. Ends when it is asked again: after
  /// the next `subscribed`, or by `ask_again`.
  [[nodiscard]] const std::optional<wire::Refusal>& refusal() const noexcept { return refusal_; }
  void ask_again();

  /// The connection of the updates was lost, or is new: nothing is certain until `subscribed`.
  void unsubscribed();
  /// The subscription is proven live: from here on no update can be missed without a trace.
  void subscribed();

  /// The SNAPSHOT or SINCE request that it needs next, encoded; nullopt: none, or one is under way.
  std::optional<std::string> next_request();
  /// The reply to the request given last. Throws wire::DecodeError (then the request counts as
  /// unanswered).
  enum class Reception {
    taken,
    postponed,  ///< the broker refused for now (overloaded): let some time pass
  };
  Reception reply(std::string_view bytes);
  /// The request given last will not be answered.
  void unanswered();

  /// An update of this namespace (the body's decoding).
  void update(const wire::Update& update);
  /// Commits from the answer of a write made under `epoch`: applied in order if they continue what
  /// is here.
  void answered(const wire::Epoch& epoch, const wire::Run& run);
  /// Somebody knows that there is a commit of this revision in this epoch: ask for it unless it is
  /// here or on its way already.
  void require(const wire::Epoch& epoch, std::uint64_t revision);

 private:
  struct AskedSnapshot {};
  struct AskedSince {
    std::uint64_t from = 0;   // the revision that it asked to go on from
    std::uint64_t reach = 0;  // what was expected then
    bool proves = false;      // it was asked after `subscribed`
  };
  /// How commits came: those that did not come by the stream may be ahead of it.
  enum class Way { stream, other };

  /// Runs f, and tells the observer if it changed what shows.
  template <class F>
  void report_progress(F&& f);

  std::string ask_since(const wire::Epoch& epoch, std::uint64_t revision);
  void take_part(const wire::SnapshotReply& part);
  void take_since(const wire::SinceReply& reply, const AskedSince& asked);
  Reception take_refusal(const wire::Refusal& refusal);
  void set_refusal(std::optional<wire::Refusal> refusal);
  /// What the first part of a snapshot has begun to fill; null: there is none.
  [[nodiscard]] SnapshotIntake* filling() const noexcept {
    return intake_ && intake_->begun() ? intake_.get() : nullptr;
  }
  [[nodiscard]] SnapshotIntake* filling(const wire::Epoch& epoch) const noexcept {
    return filling() != nullptr && epoch == intake_->epoch() ? intake_.get() : nullptr;
  }
  /// Up to where everything is here, or staged.
  [[nodiscard]] std::uint64_t position() const noexcept;
  /// Up to where it should be.
  [[nodiscard]] std::uint64_t reach() const noexcept;
  void expect(const wire::Epoch& epoch, std::uint64_t revision);
  void forget_expected(std::uint64_t reach) noexcept;

  void take(const wire::CommitsUpdate& update, Way way);
  void take(const wire::Beat& beat);
  void take_own(const wire::CommitsUpdate& update, Way way);
  void take_kept();
  void repair(const wire::Beat& beat);

  void apply(const wire::CommitsUpdate& update, Way way);
  void apply_commit(const wire::ParsedRun& run, const wire::ParsedRun::Commit& commit, bool tell);
  void apply_change(const std::vector<wire::ParsedRun::Change>& changes, std::size_t index,
                    std::uint64_t revision);
  void erase_older(std::uint64_t revision, std::string& names,
                   std::vector<std::string_view>& removed);
  void end_commit(const wire::ParsedRun& run, const wire::ParsedRun::Commit& commit,
                  std::span<const std::string_view> removed, bool tell);

  void take_snapshot();
  void finish_if_whole();
  void adopt(const SnapshotIntake& intake);
  void tell_everything();
  void apply_difference(const SnapshotIntake& intake);

  const std::string name_;
  const std::uint64_t id_;
  ReplicaObserver& observer_;
  AttributeTable table_;
  std::atomic<std::uint64_t> revision_{0};
  std::atomic<std::uint64_t> history_{0};  // written after the first revision of its epoch
  std::atomic<bool> complete_{false};
  std::atomic<bool> refused_{false};

  wire::Epoch epoch_;
  std::uint64_t count_ = 0;
  std::uint64_t reach_ = 0;  // a commit of this revision is known to exist
  /// Known to exist in an epoch that was not this one then.
  struct {
    wire::Epoch epoch;
    std::uint64_t revision = 0;
  } elsewhere_;
  bool subscribed_ = false;
  bool since_due_ = false;  // something may be missing that nothing here tells of
  std::variant<std::monostate, AskedSnapshot, AskedSince> asked_;  // the request under way
  std::optional<wire::Refusal> refusal_;
  KeptUpdates kept_;
  DigestMemory ahead_;
  wire::Beat repaired_;                     // the last one that differed
  std::unique_ptr<AttributeTable> staged_;  // a repair's
  std::unique_ptr<SnapshotIntake> intake_;
  // Of the commit or repair being applied; their memory is used again.
  wire::ParsedRun run_;                // of one that was not taken apart when it was read
  std::vector<std::uint64_t> hashes_;  // of its names, in the table
  ChangeBatch batch_;
};

}  // namespace bulletin::replica
