#include "authority/turn_commits.hpp"

#include <span>

#include "authority/namespace_table.hpp"
#include "authority/reuse.hpp"
#include "wire/limits.hpp"

namespace bulletin::authority {

namespace {

/// What an update has beside its commits: kind, epoch, revisions, counts.
constexpr std::size_t update_head = 64;

/// How many unused slots wait for the next turn, each with so much memory.
constexpr std::size_t most_spare_slots = 64;
constexpr std::size_t spare_bytes = 64u << 10;

}  // namespace

void SpaceCommits::begin(Space& space) {
  space_ = &space;
  revision_ = space.revision;
  count_ = space.count;
  digest_ = space.digest;
  extent_ = space.extent;
}

void SpaceCommits::end() {
  reuse(bytes_, spare_bytes);
  reuse(cuts_, spare_bytes);
}

void SpaceCommits::restore() const {
  space_->revision = revision_;
  space_->count = count_;
  space_->digest = digest_;
  space_->set_extent(extent_);
}

bool SpaceCommits::extends_last_cut() const noexcept {
  if (cuts_.empty()) return false;
  const std::size_t start = cuts_.size() == 1 ? 0 : cuts_[cuts_.size() - 2].end;
  return bytes_.size() - start <= wire::update_bytes - update_head;
}

void SpaceCommits::close() {
  if (!extends_last_cut()) cuts_.push_back({0, 0, 0, 0});
  Cut& cut = cuts_.back();
  cut = {bytes_.size(), space_->revision, space_->count, cut.commits + 1};
}

std::size_t SpaceCommits::log_bytes() const noexcept {
  return bytes_.size() + cuts_.size() * CommitLog::segment_price;
}

SpaceCommits& TurnCommits::of(Space& space) {
  if (space.commits == 0) {
    if (used_ == slots_.size()) slots_.emplace_back();
    slots_[used_++].begin(space);
    space.commits = static_cast<std::uint32_t>(used_);
  }
  return slots_[space.commits - 1];
}

std::size_t TurnCommits::log_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const SpaceCommits& commits : all()) bytes += commits.log_bytes();
  return bytes;
}

void TurnCommits::commit() { finish(); }

void TurnCommits::abandon() {
  for (const SpaceCommits& commits : all()) commits.restore();
  finish();
}

void TurnCommits::finish() {
  for (SpaceCommits& commits : std::span(slots_).first(used_)) {
    commits.space().commits = 0;
    commits.end();
  }
  if (slots_.size() > most_spare_slots) slots_.resize(most_spare_slots);
  used_ = 0;
}

}  // namespace bulletin::authority
