// A copy of one namespace, and what it takes to make and keep it equal to the broker's.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "replica/attribute_table.hpp"
#include "replica/row.hpp"
#include "wire/epoch.hpp"
#include "wire/replies.hpp"
#include "wire/update.hpp"

namespace bulletin::replica {

class NamespaceReplica;

/// Told of every row after it has become visible. Called by whoever applies, with the client's apply lock held: keep it short.
class RowObserver {
 public:
  virtual ~RowObserver() = default;
  /// Whether rows of this namespace are wanted; otherwise they are not made.
  virtual bool wants_rows(const NamespaceReplica& replica) = 0;
  virtual void applied(NamespaceReplica& replica, const Row& row) = 0;
  /// The replica's revision, completeness or failure has changed; also called when nobody wants rows.
  virtual void progressed(NamespaceReplica& replica) = 0;
};

/// The state machine of one namespace at a client. It is told what arrives and asks for what it lacks; it owns neither sockets nor time.
///
/// States: *waiting* (its subscription is not proven live), *snapshotting* (pulls parts), *catching up* (asks SINCE), *live*. Updates that arrive
/// before it is live are kept, within a bound. A hole, a differing digest, a beat ahead, another epoch: back to catching up or snapshotting,
/// while reads go on from the state before; a snapshot is staged and then applied as one difference.
///
/// One thread at a time (the apply lock), except where marked.
class NamespaceReplica {
 public:
  NamespaceReplica(std::string name, RowObserver& observer);

  // --- any thread ---
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const AttributeTable& table() const noexcept { return table_; }
  /// The newest commit applied.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_.load(std::memory_order_acquire); }
  /// Has been equal to the broker's state once: `open` may return.
  [[nodiscard]] bool complete() const noexcept { return complete_.load(std::memory_order_acquire); }

  // --- under the apply lock ---
  AttributeTable& table() noexcept { return table_; }
  [[nodiscard]] const wire::Epoch& epoch() const noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] std::uint64_t digest() const noexcept;
  [[nodiscard]] bool live() const noexcept;
  /// Why the broker refused it (denied, rejected), if it did. Ends when it is asked again.
  [[nodiscard]] const std::optional<wire::Refusal>& refusal() const noexcept;

  /// The connection of the updates was lost, or is new: nothing is certain until `subscribed`.
  void unsubscribed();
  /// The subscription is proven live: from here on no update can be missed without a trace.
  void subscribed();

  /// The SNAPSHOT or SINCE request that it needs next, encoded; nullopt: none, or one is under way.
  std::optional<std::string> next_request();
  /// The reply to the request given last. Throws wire::DecodeError (then the request counts as unanswered).
  void reply(std::string_view bytes);
  /// The request given last will not be answered.
  void unanswered();

  /// An update of this namespace (the body's decoding).
  void update(const wire::Update& update);
  /// Commits from the answer of a write made under `epoch`: applied in order if they continue what is here.
  void answered(const wire::Epoch& epoch, const wire::Run& run);
  /// Somebody knows that there is a commit of this revision: ask for it unless it is here or on its way already.
  void require(std::uint64_t revision);

 private:
  const std::string name_;
  RowObserver& observer_;
  AttributeTable table_;
  std::atomic<std::uint64_t> revision_{0};
  std::atomic<bool> complete_{false};
};

}  // namespace bulletin::replica
