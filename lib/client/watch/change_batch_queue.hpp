// Rows on their way to the watches: bounded, by skipping to the newest state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <bulletin/options.hpp>

#include "replica/change_batch.hpp"

namespace bulletin::detail {
class Watch;
}

namespace bulletin::client {

/// How many changes were passed over, for watches that began at different times: what came before a
/// watch is in its first values.
class SkippedChanges {
 public:
  /// `sequence`: of the batch that brought them. `marks`: where watches began, in ascending order.
  void add(std::uint64_t sequence, std::uint64_t count, const std::vector<std::uint64_t>& marks);
  void add(const SkippedChanges& others, const std::vector<std::uint64_t>& marks);
  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }
  /// For a watch that began with batches up to `begin` in its first values.
  [[nodiscard]] std::uint64_t after(std::uint64_t begin) const noexcept;

 private:
  struct Part {
    std::uint64_t sequence = 0;  // of the last of them; no watch began between them
    std::uint64_t count = 0;
  };
  std::vector<Part> parts_;  // in the order of the batches
};

/// One change as it waits for its callbacks.
struct QueuedChange {
  std::string name;
  std::string value;  ///< encoded; empty: removed
  std::uint64_t revision = 0;
  std::uint64_t sequence = 0;  ///< of the batch that brought it
  SkippedChanges skipped;      ///< of this attribute
};

/// Changes to be told in a row.
struct QueuedBatch {
  std::uint64_t space = 0;  ///< identifies the namespace
  std::shared_ptr<detail::Watch>
      only;  ///< the one watch that it is for; null: all of the namespace
  bool resynced = false;
  SkippedChanges skipped;  ///< of the namespace, by a repair; beside those counted per change
  std::vector<QueuedChange> changes;
};

/// In order of arrival within a namespace. When the batches waiting take more than the bound, all
/// of them are merged, for each namespace into one batch that holds the newest change of every
/// attribute and how many were merged into it; what arrives while such a batch waits is merged too.
/// Batches for one watch (its first values) are never merged, and come before all that waits: that
/// is older, or newer for that watch.
///
/// Guarded by its owner's lock.
class ChangeBatchQueue {
 public:
  explicit ChangeBatchQueue(std::size_t bound) noexcept : bound_(bound) {}

  void push(std::uint64_t space, const replica::ChangeBatch& batch);
  /// A watch begins: the number of the newest batch pushed, which is in its first values. Batches
  /// count from 1.
  std::uint64_t begin_watch();
  void push_first_values(QueuedBatch batch);
  /// Merges all that waits, as when it takes more than the bound.
  void merge() { merge_all(); }
  [[nodiscard]] bool empty() const noexcept { return batches_.empty(); }
  QueuedBatch pop();
  /// Everything that waits: its destruction may run what callbacks own, so not under a lock.
  std::deque<QueuedBatch> take_all() noexcept;

 private:
  struct Merged {
    SkippedChanges skipped;
    std::map<std::string, QueuedChange, std::less<>> changes;
  };

  static std::size_t bytes_of(const QueuedBatch& batch) noexcept;
  void merge_all();
  void merge(Merged& merged, QueuedBatch batch) const;

  const std::size_t bound_;
  std::size_t bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::deque<QueuedBatch> batches_;  // a merged batch is a placeholder without changes
  std::unordered_map<std::uint64_t, Merged> merged_;  // by namespace
  std::vector<std::uint64_t> marks_;  // where watches began while something waited; ascending
};

}  // namespace bulletin::client
