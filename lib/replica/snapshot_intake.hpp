// Puts a snapshot together from parts that were cut at different revisions, and the commits
// between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "replica/attribute_table.hpp"
#include "wire/commit.hpp"
#include "wire/epoch.hpp"
#include "wire/replies.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::replica {

/// Parts and commits may come in any order and more than once: of each attribute the highest
/// revision wins, removals too. It knows up to where it has every commit since the first part was
/// cut (`position`), and how far it has to get (`reach`): at least to where the last part was cut
/// and to every commit that it was told of.
class SnapshotIntake {
 public:
  /// Fills this table, which is empty.
  explicit SnapshotIntake(AttributeTable& table) noexcept : table_(table) {}

  /// A part has come: the epoch is known.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] const wire::Epoch& epoch() const noexcept { return epoch_; }
  /// All parts have come.
  [[nodiscard]] bool parts_complete() const noexcept { return parts_complete_; }
  /// All parts, and all commits up to `reach`.
  [[nodiscard]] bool whole() const noexcept { return parts_complete_ && position_ >= reach_; }
  /// The name behind which the next part begins.
  [[nodiscard]] const std::string& last_name() const noexcept { return last_name_; }
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t reach() const noexcept { return reach_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const AttributeTable& table() const noexcept { return table_; }

  /// Throws DecodeError if it does not continue in name order. Of this epoch, unless it is the
  /// first.
  void take(const wire::SnapshotReply& part);
  /// Commits, once begun.
  void take(const wire::Run& run);
  /// There is a commit of this revision.
  void expect(std::uint64_t revision) noexcept;
  /// There is no commit behind `position`.
  void ends_here() noexcept { reach_ = position_; }

 private:
  void check_order(const wire::SnapshotReply& part) const;
  void take_commit(wire::Reader& reader, std::uint64_t behind);
  void set(std::string_view name, const NameHashes& hashes, std::string_view value,
           std::uint64_t revision);
  void erase(std::string_view name, std::uint64_t revision);
  void clear(std::uint64_t revision);

  AttributeTable& table_;
  wire::Epoch epoch_;
  bool begun_ = false;
  bool parts_complete_ = false;
  bool commits_taken_ = false;
  std::string last_name_;
  std::uint64_t position_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t reach_ = 0;
  // What was removed, and when: what comes later may be older.
  std::uint64_t cleared_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> erased_;
  std::vector<NameHashes> hashes_;  // of a part's names
  wire::ScalarBytes scratch_;
};

}  // namespace bulletin::replica
