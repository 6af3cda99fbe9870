// The recent commits of all namespaces: what SINCE and the tails of WRITE answers are taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/commit.hpp"

namespace bulletin::authority {

class CommitLog;

/// Which commits of one namespace are kept: all those after a revision. Never moves while it has
/// any.
class KeptCommits {
 public:
  KeptCommits() = default;
  /// `after`: the revision that the namespace begins with.
  explicit KeptCommits(std::uint64_t after) noexcept : after_(after) {}
  KeptCommits(const KeptCommits&) = delete;
  KeptCommits& operator=(const KeptCommits&) = delete;

  [[nodiscard]] std::uint64_t after() const noexcept { return after_; }
  /// The revision of the newest commit kept, or `after`.
  [[nodiscard]] std::uint64_t newest() const noexcept;
  [[nodiscard]] std::size_t segments() const noexcept { return segments_.size() - first_; }
  /// Calls `visit(wire::Run)` for each segment, the oldest first.
  template <class Visitor>
  void for_each(Visitor&& visit) const;

 private:
  friend CommitLog;
  struct Segment;

  std::uint64_t after_ = 0;
  // In order of revision; those before `first_` are gone.
  std::vector<const Segment*> segments_;
  std::size_t first_ = 0;
};

struct KeptCommits::Segment {
  KeptCommits* owner;  // null: dropped
  std::uint64_t previous;
  std::uint64_t revision;
  std::uint64_t count;
  std::size_t commits;
  std::string bytes;
};

inline std::uint64_t KeptCommits::newest() const noexcept {
  return segments() == 0 ? after_ : segments_.back()->revision;
}

template <class Visitor>
void KeptCommits::for_each(Visitor&& visit) const {
  for (std::size_t i = first_; i != segments_.size(); ++i) {
    const Segment& segment = *segments_[i];
    visit(wire::Run{segment.previous, segment.revision, segment.count, segment.commits,
                    segment.bytes});
  }
}

/// A queue over all namespaces, bounded in bytes. Its unit is the segment: the commits of one
/// namespace that one turn published as one update. So it allocates per turn, not per commit.
class CommitLog {
 public:
  /// What a segment costs beside its bytes: itself, two allocations and its place in its
  /// namespace's list.
  static constexpr std::size_t segment_price = 128;

  CommitLog() = default;
  CommitLog(const CommitLog&) = delete;
  CommitLog& operator=(const CommitLog&) = delete;

  /// Keeps a segment: the commits of a namespace that follow those kept. Returns it with views of
  /// the kept bytes, valid until it is evicted or dropped.
  wire::Run append(KeptCommits& kept, const wire::Run& run);

  /// Lets the oldest segments go until at most `bytes` are used.
  void evict(std::size_t bytes);

  /// Lets all segments of a namespace go.
  void drop(KeptCommits& kept);
  /// The same; what is kept from now on follows `after`.
  void begin_again(KeptCommits& kept, std::uint64_t after);

  // Both want a `revision` that is at least `kept.after()` and at most the namespace's own, and its
  // `count` for an empty run; the run's bytes are kept in `scratch`.

  /// The commits after `revision`: as many segments as fit into `bytes`, and at least one. A
  /// `run.revision` below the namespace's own says that there are more.
  [[nodiscard]] static wire::Run take(const KeptCommits& kept, std::uint64_t revision,
                                      std::uint64_t count, std::size_t bytes, std::string& scratch);
  /// All commits after `revision`, or nothing if they are more than `bytes` or more segments than
  /// `looks`, which is counted down.
  [[nodiscard]] static std::optional<wire::Run> take_all(const KeptCommits& kept,
                                                         std::uint64_t revision,
                                                         std::uint64_t count, std::size_t bytes,
                                                         std::size_t& looks, std::string& scratch);

  /// Memory used.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  using Segment = KeptCommits::Segment;
  using Segments = std::vector<const Segment*>;
  static std::size_t price(const Segment& segment) noexcept;
  static Segments::const_iterator first_after(const KeptCommits& kept, std::uint64_t revision);
  static std::string_view extend(wire::Run& run, const Segment& segment);

  std::deque<Segment>
      segments_;  // the oldest first; those of dropped namespaces stay as empty shells for a while
  std::size_t bytes_ = 0;
};

}  // namespace bulletin::authority
