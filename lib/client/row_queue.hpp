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

#include "replica/row.hpp"

namespace bulletin::detail {
class Watch;
}

namespace bulletin::client {

/// One change as it waits for its callbacks.
struct QueuedChange {
  std::string name;
  std::string value;  ///< encoded; empty: removed
  std::uint64_t revision = 0;
  std::uint64_t skipped = 0;
  std::uint64_t sequence = 0;  ///< of the row that brought it
};

/// Changes to be told in a row.
struct QueuedRow {
  const void* space = nullptr;  ///< identifies the namespace
  std::shared_ptr<detail::Watch>
      only;  ///< the one watch that it is for; null: all of the namespace
  bool resynced = false;
  std::uint64_t skipped = 0;  ///< of the namespace, by a repair; beside those counted per change
  std::vector<QueuedChange> changes;
};

/// In order of arrival within a namespace. When the rows waiting take more than the bound, all of
/// them are merged, for each namespace into one row that holds the newest change of every attribute
/// and how many were merged into it; what arrives while such a row waits is merged too. Rows for
/// one watch (its first values) are never merged.
///
/// Guarded by its owner's lock.
class RowQueue {
 public:
  explicit RowQueue(std::size_t bound) noexcept : bound_(bound) {}

  void push(const void* space, const replica::Row& row);
  void push_first_values(QueuedRow row);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// The number of the newest row pushed; rows count from 1.
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
  QueuedRow pop();
  void clear() noexcept;

 private:
  struct Merged {
    std::uint64_t skipped = 0;
    std::map<std::string, QueuedChange, std::less<>> changes;
  };

  static std::size_t bytes_of(const QueuedRow& row) noexcept;
  void merge_all();
  static void merge(Merged& merged, QueuedRow row);

  const std::size_t bound_;
  std::size_t bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::deque<QueuedRow> rows_;                      // a merged row is a placeholder without changes
  std::unordered_map<const void*, Merged> merged_;  // by namespace
};

}  // namespace bulletin::client
