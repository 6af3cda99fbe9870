#include "authority/commit_log.hpp"

#include <algorithm>
#include <cassert>

#include "wire/reader.hpp"

namespace bulletin::authority {

namespace {

/// The end of the commits up to and with `revision`, and how many they are.
struct Skipped {
  std::size_t bytes = 0;
  std::size_t commits = 0;
};

Skipped skip_commits(std::string_view bytes, std::uint64_t revision) {
  Skipped skipped;
  wire::Reader reader(bytes);
  while (!reader.empty()) {
    const wire::CommitHeader header = wire::read_commit_header(reader);
    if (header.revision > revision) break;
    reader.skip(header.changes, "changes");
    skipped = {reader.position(), skipped.commits + 1};
  }
  return skipped;
}

}  // namespace

std::size_t CommitLog::price(const Segment& segment) noexcept {
  return segment.bytes.size() + segment_price;
}

wire::Run CommitLog::append(KeptCommits& kept, const wire::Run& run) {
  const Segment& segment = segments_.emplace_back(
      Segment{&kept, run.previous, run.revision, run.count, run.commits, std::string(run.bytes)});
  kept.segments_.push_back(&segment);
  bytes_ += price(segment);
  wire::Run own = run;
  own.bytes = segment.bytes;
  return own;
}

void CommitLog::evict(std::size_t bytes) {
  while (bytes_ > bytes) {
    const Segment& oldest = segments_.front();
    if (KeptCommits* owner = oldest.owner) {
      assert(owner->segments_[owner->first_] == &oldest);
      owner->after_ = oldest.revision;
      std::vector<const Segment*>& list = owner->segments_;
      if (++owner->first_ * 2 > list.size()) {
        list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(owner->first_));
        owner->first_ = 0;
        // What many commits have needed is given back with them.
        if (list.capacity() > 4 * list.size() + 16) list.shrink_to_fit();
      }
    }
    bytes_ -= price(oldest);
    segments_.pop_front();
  }
}

void CommitLog::drop(KeptCommits& kept) {
  for (; kept.first_ != kept.segments_.size(); ++kept.first_) {
    // The log owns it; a namespace only looks.
    auto& segment = const_cast<Segment&>(*kept.segments_[kept.first_]);
    bytes_ -= segment.bytes.size();
    segment.owner = nullptr;
    std::string().swap(segment.bytes);
  }
  for (; !segments_.empty() && segments_.front().owner == nullptr; segments_.pop_front())
    bytes_ -= price(segments_.front());
}

void CommitLog::begin_again(KeptCommits& kept, std::uint64_t after) {
  drop(kept);
  kept.segments_.clear();
  kept.first_ = 0;
  kept.after_ = after;
}

CommitLog::Segments::const_iterator CommitLog::first_after(const KeptCommits& kept,
                                                           std::uint64_t revision) {
  assert(revision >= kept.after_);
  return std::upper_bound(
      kept.segments_.begin() + static_cast<std::ptrdiff_t>(kept.first_), kept.segments_.end(),
      revision,
      [](std::uint64_t wanted, const Segment* candidate) { return wanted < candidate->revision; });
}

/// Returns the bytes by which the run grows: the segment's commits after the run's.
std::string_view CommitLog::extend(wire::Run& run, const Segment& segment) {
  Skipped skipped;
  if (segment.previous < run.revision) skipped = skip_commits(segment.bytes, run.revision);
  run.revision = segment.revision;
  run.count = segment.count;
  run.commits += segment.commits - skipped.commits;
  return std::string_view(segment.bytes).substr(skipped.bytes);
}

wire::Run CommitLog::take(const KeptCommits& kept, std::uint64_t revision, std::uint64_t count,
                          std::size_t bytes, std::string& scratch) {
  scratch.clear();
  wire::Run run{revision, revision, count, 0, {}};
  for (auto next = first_after(kept, revision); next != kept.segments_.end(); ++next) {
    if (run.commits != 0 && scratch.size() + (*next)->bytes.size() > bytes) break;
    scratch.append(extend(run, **next));
  }
  run.bytes = scratch;
  return run;
}

std::optional<wire::Run> CommitLog::take_all(const KeptCommits& kept, std::uint64_t revision,
                                             std::uint64_t count, std::size_t bytes,
                                             std::size_t& looks, std::string& scratch) {
  scratch.clear();
  wire::Run run{revision, revision, count, 0, {}};
  for (auto next = first_after(kept, revision); next != kept.segments_.end(); ++next) {
    if (looks == 0) return std::nullopt;
    --looks;
    const std::string_view more = extend(run, **next);
    if (scratch.size() + more.size() > bytes) return std::nullopt;
    scratch.append(more);
  }
  run.bytes = scratch;
  return run;
}

}  // namespace bulletin::authority
