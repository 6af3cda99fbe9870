#include "client/watch/change_batch_queue.hpp"

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

std::size_t ChangeBatchQueue::bytes_of(const QueuedBatch& batch) noexcept {
  std::size_t bytes = sizeof batch;
  for (const QueuedChange& change : batch.changes)
    bytes += sizeof change + change.name.size() + change.value.size();
  return bytes;
}

void ChangeBatchQueue::push(std::uint64_t space, const replica::ChangeBatch& batch) {
  ++sequence_;
  QueuedBatch queued{space, nullptr, batch.resynced, {}, {}};
  queued.skipped.add(sequence_, batch.skipped, marks_);
  queued.changes.reserve(batch.changes.size());
  for (const replica::AttributeChange& change : batch.changes) {
    queued.changes.push_back(
        {std::string(change.name), std::string(change.value), change.revision, sequence_, {}});
  }
  if (const auto waiting = merged_.find(space); waiting != merged_.end()) {
    merge(waiting->second, std::move(queued));
    return;
  }
  bytes_ += bytes_of(queued);
  batches_.push_back(std::move(queued));
  if (bytes_ > bound_) merge_all();
}

std::uint64_t ChangeBatchQueue::begin_watch() {
  // With nothing waiting, nothing older can be merged any more.
  if (!batches_.empty() && (marks_.empty() || marks_.back() != sequence_))
    marks_.push_back(sequence_);
  return sequence_;
}

void ChangeBatchQueue::push_first_values(QueuedBatch batch) {
  const auto others =
      std::find_if(batches_.begin(), batches_.end(),
                   [](const QueuedBatch& waiting) { return waiting.only == nullptr; });
  batches_.insert(others, std::move(batch));
}

void ChangeBatchQueue::merge(Merged& merged, QueuedBatch batch) const {
  merged.skipped.add(batch.skipped, marks_);
  for (QueuedChange& change : batch.changes) {
    const auto [place, fresh] = merged.changes.try_emplace(change.name);
    QueuedChange& before = place->second;
    if (!fresh) {
      before.skipped.add(before.sequence, 1, marks_);
      change.skipped = std::move(before.skipped);
    }
    before = std::move(change);
  }
}

void ChangeBatchQueue::merge_all() {
  // Namespaces in the order of their first batch; one that is merged already has its placeholder
  // among the batches.
  std::deque<QueuedBatch> batches = std::exchange(batches_, {});
  std::vector<std::uint64_t> spaces;
  std::unordered_set<std::uint64_t> seen;
  for (QueuedBatch& batch : batches) {
    if (batch.only != nullptr) {
      batches_.push_back(std::move(batch));
      continue;
    }
    if (seen.insert(batch.space).second) spaces.push_back(batch.space);
    Merged& merged = merged_[batch.space];
    merge(merged, std::move(batch));
  }
  for (std::uint64_t space : spaces) batches_.push_back({space, nullptr, true, {}, {}});
  bytes_ = 0;
}

QueuedBatch ChangeBatchQueue::pop() {
  QueuedBatch batch = std::move(batches_.front());
  batches_.pop_front();
  if (batches_.empty()) marks_.clear();
  if (batch.only != nullptr) return batch;
  const auto waiting = merged_.find(batch.space);
  if (waiting == merged_.end()) {
    bytes_ -= bytes_of(batch);
    return batch;
  }
  batch.skipped = std::move(waiting->second.skipped);
  batch.changes.reserve(waiting->second.changes.size());
  for (auto& [name, change] : waiting->second.changes) batch.changes.push_back(std::move(change));
  merged_.erase(waiting);
  return batch;
}

std::deque<QueuedBatch> ChangeBatchQueue::take_all() noexcept {
  merged_.clear();
  marks_.clear();
  bytes_ = 0;
  return std::exchange(batches_, {});
}

}  // namespace bulletin::client
