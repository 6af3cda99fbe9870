// The commits of a run, taken apart ahead of being applied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wire/commit.hpp"

namespace bulletin::replica {

/// Whoever knows the next names can have their memory fetched while the present one is at work. Its
/// own memory is used again for every run; views point into the run.
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

  /// Takes what is newer than a revision. Throws DecodeError, and then holds nothing of use.
  void parse(const wire::Run& run, std::uint64_t known);

  [[nodiscard]] const std::vector<Commit>& commits() const noexcept { return commits_; }
  [[nodiscard]] const std::vector<Change>& changes() const noexcept { return changes_; }
  [[nodiscard]] std::span<const Change> changes_of(const Commit& commit) const noexcept {
    return std::span(changes_).subspan(commit.begin, commit.end - commit.begin);
  }

 private:
  std::vector<Commit> commits_;
  std::vector<Change> changes_;
};

}  // namespace bulletin::replica
