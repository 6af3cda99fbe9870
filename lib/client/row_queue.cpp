#include "client/row_queue.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace bulletin::client {

void SkippedChanges::add(std::uint64_t sequence, std::uint64_t count,
                         const std::vector<std::uint64_t>& marks) {
  if (count == 0) return;
  if (!parts_.empty()) {
    Part& last = parts_.back();
    const auto mark = std::lower_bound(marks.begin(), marks.end(), last.sequence);
    if (mark == marks.end() || *mark >= sequence) {
      last = {sequence, last.count + count};
      return;
    }
  }
  parts_.push_back({sequence, count});
}

void SkippedChanges::add(const SkippedChanges& others, const std::vector<std::uint64_t>& marks) {
  for (const Part& part : others.parts_) add(part.sequence, part.count, marks);
}

std::uint64_t SkippedChanges::after(std::uint64_t begin) const noexcept {
  std::uint64_t count = 0;
  for (const Part& part : parts_) {
    if (part.sequence > begin) count += part.count;
  }
  return count;
}

std::size_t RowQueue::bytes_of(const QueuedRow& row) noexcept {
  std::size_t bytes = sizeof row;
  for (const QueuedChange& change : row.changes)
    bytes += sizeof change + change.name.size() + change.value.size();
  return bytes;
}

void RowQueue::push(std::uint64_t space, const replica::Row& row) {
  ++sequence_;
  QueuedRow queued{space, nullptr, row.resynced, {}, {}};
  queued.skipped.add(sequence_, row.skipped, marks_);
  queued.changes.reserve(row.changes.size());
  for (const replica::RowChange& change : row.changes) {
    queued.changes.push_back(
        {std::string(change.name), std::string(change.value), change.revision, sequence_, {}});
  }
  if (const auto waiting = merged_.find(space); waiting != merged_.end()) {
    merge(waiting->second, std::move(queued));
    return;
  }
  bytes_ += bytes_of(queued);
  rows_.push_back(std::move(queued));
  if (bytes_ > bound_) merge_all();
}

std::uint64_t RowQueue::begin_watch() {
  // With nothing waiting, nothing older can be merged any more.
  if (!rows_.empty() && (marks_.empty() || marks_.back() != sequence_)) marks_.push_back(sequence_);
  return sequence_;
}

void RowQueue::push_first_values(QueuedRow row) {
  const auto others = std::find_if(
      rows_.begin(), rows_.end(), [](const QueuedRow& waiting) { return waiting.only == nullptr; });
  rows_.insert(others, std::move(row));
}

void RowQueue::merge(Merged& merged, QueuedRow row) const {
  merged.skipped.add(row.skipped, marks_);
  for (QueuedChange& change : row.changes) {
    const auto [place, fresh] = merged.changes.try_emplace(change.name);
    QueuedChange& before = place->second;
    if (!fresh) {
      before.skipped.add(before.sequence, 1, marks_);
      change.skipped = std::move(before.skipped);
    }
    before = std::move(change);
  }
}

void RowQueue::merge_all() {
  // Namespaces in the order of their first row; one that is merged already has its placeholder
  // among the rows.
  std::deque<QueuedRow> rows = std::exchange(rows_, {});
  std::vector<std::uint64_t> spaces;
  std::unordered_set<std::uint64_t> seen;
  for (QueuedRow& row : rows) {
    if (row.only != nullptr) {
      rows_.push_back(std::move(row));
      continue;
    }
    if (seen.insert(row.space).second) spaces.push_back(row.space);
    Merged& merged = merged_[row.space];
    merge(merged, std::move(row));
  }
  for (std::uint64_t space : spaces) rows_.push_back({space, nullptr, true, {}, {}});
  bytes_ = 0;
}

QueuedRow RowQueue::pop() {
  QueuedRow row = std::move(rows_.front());
  rows_.pop_front();
  if (rows_.empty()) marks_.clear();
  if (row.only != nullptr) return row;
  const auto waiting = merged_.find(row.space);
  if (waiting == merged_.end()) {
    bytes_ -= bytes_of(row);
    return row;
  }
  row.skipped = std::move(waiting->second.skipped);
  row.changes.reserve(waiting->second.changes.size());
  for (auto& [name, change] : waiting->second.changes) row.changes.push_back(std::move(change));
  merged_.erase(waiting);
  return row;
}

std::deque<QueuedRow> RowQueue::take_all() noexcept {
  merged_.clear();
  marks_.clear();
  bytes_ = 0;
  return std::exchange(rows_, {});
}

}  // namespace bulletin::client
