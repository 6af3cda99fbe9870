// The commits of a turn, encoded as they will be published and logged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "authority/extent.hpp"
#include "wire/commit.hpp"

namespace bulletin::authority {

struct Space;

/// What one namespace has been through in this turn.
class SpaceCommits {
 public:
  /// Where the next commit's encoding is appended; `close` then.
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }
  /// A commit is complete, and the namespace has its revision and count.
  void close();
  [[nodiscard]] Space& space() const noexcept { return *space_; }
  [[nodiscard]] std::size_t log_bytes() const noexcept;

  /// Calls `visit(wire::Run)` for each update that the commits become: of at most
  /// wire::update_bytes, unless it is one commit.
  template <class Visitor>
  void for_each_run(Visitor&& visit) const {
    wire::Run run{revision_, 0, 0, 0, {}};
    std::size_t start = 0;
    for (const Cut& cut : cuts_) {
      run.revision = cut.revision;
      run.count = cut.count;
      run.commits = cut.commits;
      run.bytes = std::string_view(bytes_).substr(start, cut.end - start);
      visit(static_cast<const wire::Run&>(run));
      run.previous = cut.revision;
      start = cut.end;
    }
  }

 private:
  friend class TurnCommits;
  void begin(Space& space);
  void end();
  void restore() const;

  struct Cut {
    std::size_t end;
    std::uint64_t revision;
    std::uint64_t count;
    std::size_t commits;
  };
  [[nodiscard]] bool extends_last_cut() const noexcept;

  Space* space_ = nullptr;
  std::string bytes_;
  std::vector<Cut> cuts_;
  // The namespace's before the turn.
  std::uint64_t revision_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t digest_ = 0;
  Extent extent_;
};

/// All namespaces that have commits in this turn, in the order of their first.
class TurnCommits {
 public:
  /// Call before the namespace's revision, count, digest or extent change for a commit.
  SpaceCommits& of(Space& space);
  [[nodiscard]] std::span<const SpaceCommits> all() const noexcept {
    return {slots_.data(), used_};
  }

  /// What they will take in the commit log.
  [[nodiscard]] std::size_t log_bytes() const noexcept;

  void commit();
  /// Gives the namespaces their revisions, counts, digests and extents back. To be called while all
  /// of them exist.
  void abandon();

 private:
  void finish();

  std::vector<SpaceCommits> slots_;  // those behind `used_` wait with their memory
  std::size_t used_ = 0;
};

}  // namespace bulletin::authority
