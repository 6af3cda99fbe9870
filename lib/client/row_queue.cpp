#include "client/row_queue.hpp"

#include <algorithm>
#include <utility>

namespace bulletin::client {

std::size_t RowQueue::bytes_of(const QueuedRow& row) noexcept {
  std::size_t bytes = sizeof row;
  for (const QueuedChange& change : row.changes)
    bytes += sizeof change + change.name.size() + change.value.size();
  return bytes;
}

void RowQueue::push(const void* space, const replica::Row& row) {
  QueuedRow queued{space, nullptr, row.resynced, row.skipped, {}};
  queued.changes.reserve(row.changes.size());
  ++sequence_;
  for (const replica::RowChange& change : row.changes) {
    queued.changes.push_back(
        {std::string(change.name), std::string(change.value), change.revision, 0, sequence_});
  }
  if (const auto waiting = merged_.find(space); waiting != merged_.end()) {
    merge(waiting->second, std::move(queued));
    return;
  }
  bytes_ += bytes_of(queued);
  rows_.push_back(std::move(queued));
  if (bytes_ > bound_) merge_all();
}

void RowQueue::push_first_values(QueuedRow row) { rows_.push_back(std::move(row)); }

void RowQueue::merge(Merged& merged, QueuedRow row) {
  merged.skipped += row.skipped;
  for (QueuedChange& change : row.changes) {
    const auto [place, fresh] = merged.changes.try_emplace(change.name);
    if (!fresh) change.skipped += place->second.skipped + 1;
    place->second = std::move(change);
  }
}

void RowQueue::merge_all() {
  // Namespaces in the order of their first row; one that is merged already has its placeholder
  // among the rows.
  std::deque<QueuedRow> rows = std::exchange(rows_, {});
  std::vector<const void*> spaces;
  for (QueuedRow& row : rows) {
    if (row.only != nullptr) {
      rows_.push_back(std::move(row));
      continue;
    }
    if (std::find(spaces.begin(), spaces.end(), row.space) == spaces.end())
      spaces.push_back(row.space);
    merge(merged_[row.space], std::move(row));
  }
  for (const void* space : spaces) rows_.push_back({space, nullptr, true, 0, {}});
  bytes_ = 0;
}

QueuedRow RowQueue::pop() {
  QueuedRow row = std::move(rows_.front());
  rows_.pop_front();
  if (row.only != nullptr) return row;
  const auto waiting = merged_.find(row.space);
  if (waiting == merged_.end()) {
    bytes_ -= bytes_of(row);
    return row;
  }
  row.skipped = waiting->second.skipped;
  row.changes.reserve(waiting->second.changes.size());
  for (auto& [name, change] : waiting->second.changes) row.changes.push_back(std::move(change));
  merged_.erase(waiting);
  return row;
}

void RowQueue::clear() noexcept {
  rows_.clear();
  merged_.clear();
  bytes_ = 0;
}

}  // namespace bulletin::client
