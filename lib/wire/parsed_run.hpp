// The commits of a run, taken apart: what a replica applies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wire/commit.hpp"
#include "wire/digest.hpp"

namespace bulletin::wire {

/// Whoever knows the next names can have their memory fetched while the present one is at work. Its
/// own memory is used again for every run; views point into the run's bytes.
class ParsedRun {
 public:
  struct Change {
    std::string_view name;
    std::string_view value;  ///< empty: removed
    std::uint64_t name_hash = 0;
  };
  struct Commit {
    std::uint64_t revision = 0;
    bool cleared = false;
    std::size_t begin = 0;  ///< of its changes, among all
    std::size_t end = 0;
  };

  /// Of a run that was checked before, when it was read.
  void parse(const Run& run);
  // Whoever reads one for the first time fills it: the header of each commit, then its changes.
  void clear() noexcept {
    commits_.clear();
    changes_.clear();
  }
  void add(const CommitHeader& header) {
    commits_.push_back({header.revision, header.cleared, changes_.size(), changes_.size()});
  }
  void add(const wire::Change& change) {
    changes_.push_back({change.name, change.value, name_hash(change.name)});
    ++commits_.back().end;
  }

  [[nodiscard]] const std::vector<Commit>& commits() const noexcept { return commits_; }
  [[nodiscard]] const std::vector<Change>& changes() const noexcept { return changes_; }
  /// The commits of a higher revision.
  [[nodiscard]] std::span<const Commit> commits_after(std::uint64_t revision) const noexcept;
  [[nodiscard]] std::span<const Change> changes_of(const Commit& commit) const noexcept {
    return std::span(changes_).subspan(commit.begin, commit.end - commit.begin);
  }

 private:
  std::vector<Commit> commits_;
  std::vector<Change> changes_;
};

}  // namespace bulletin::wire
