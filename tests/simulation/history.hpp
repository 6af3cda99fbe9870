// Everything that was ever committed: what replicas are compared with.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/network.hpp"
#include "wire/epoch.hpp"

namespace bulletin::simulation {

/// What a commit did to the attributes of its namespace. A null value: removed.
using Delta = std::map<std::string, Bytes, std::less<>>;

/// An attribute since a commit; a null value: absent.
struct Version {
  std::uint64_t revision = 0;
  Bytes value;
};

/// A namespace after one commit.
struct Point {
  std::uint64_t revision = 0;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  std::size_t size = 0;       ///< attributes
  std::uint64_t changes = 0;  ///< ever; unlike the count, not from 0 again after being forgotten
};

/// The past of one namespace in one epoch.
class SpaceHistory {
 public:
  struct Attribute {
    std::uint64_t name_hash = 0;
    std::vector<Version> versions;  ///< in order of revision

    /// The newest not after that revision; null: none.
    [[nodiscard]] const Version* at(std::uint64_t revision) const;
  };
  using Attributes = std::map<std::string, Attribute, std::less<>>;

  void append(std::uint64_t revision, std::uint64_t count, const Delta& delta);

  [[nodiscard]] const Attributes& attributes() const noexcept { return attributes_; }
  /// The newest that is not after that revision. Before the first commit: empty, revision 0.
  [[nodiscard]] Point at(std::uint64_t revision) const;
  [[nodiscard]] Point newest() const { return points_.empty() ? Point{} : points_.back(); }
  /// The revision of the commit that follows; 0: there is none.
  [[nodiscard]] std::uint64_t next_after(std::uint64_t revision) const;
  /// What the commit of exactly that revision did; empty: there is none.
  [[nodiscard]] Delta delta(std::uint64_t revision) const;
  /// The attributes after these two commits are the same, also in their revisions.
  [[nodiscard]] bool same(std::uint64_t revision, std::uint64_t later) const;
  /// How many changes came after a commit, up to another.
  [[nodiscard]] std::uint64_t changes_between(std::uint64_t revision, std::uint64_t later) const;
  /// The attribute's value now; null: absent.
  [[nodiscard]] const Version* find(std::string_view name) const;

 private:
  Attributes attributes_;
  std::vector<Point> points_;
};

class History {
 public:
  /// A new epoch, after all others.
  void begin(const wire::Epoch& epoch);
  /// Epochs count from 1; 0: none.
  [[nodiscard]] std::size_t number_of(const wire::Epoch& epoch) const;
  SpaceHistory& of(const wire::Epoch& epoch, std::string_view space);
  /// Null: nothing was committed.
  [[nodiscard]] const SpaceHistory* find(const wire::Epoch& epoch, std::string_view space) const;
  /// After its newest commit.
  [[nodiscard]] Point newest(const wire::Epoch& epoch, std::string_view space) const;
  /// A namespace was forgotten; this number was given to it.
  void forgetting(const wire::Epoch& epoch, std::uint64_t revision);
  [[nodiscard]] std::size_t forgettings() const noexcept { return forgettings_.size(); }
  [[nodiscard]] bool forgotten_at(const wire::Epoch& epoch, std::uint64_t revision) const;

 private:
  using Spaces = std::map<std::string, SpaceHistory, std::less<>>;
  std::map<wire::Epoch, Spaces> epochs_;
  std::map<wire::Epoch, std::size_t> numbers_;
  std::set<std::pair<wire::Epoch, std::uint64_t>> forgettings_;
};

/// Value bytes for a message.
std::string to_string(std::string_view value);

}  // namespace bulletin::simulation

/// The beginning is enough to tell one from another.
template <>
struct fmt::formatter<bulletin::wire::Epoch> : fmt::formatter<std::string_view> {
  auto format(const bulletin::wire::Epoch& epoch, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "{:02x}{:02x}{:02x}", epoch.bytes[0], epoch.bytes[1],
                          epoch.bytes[2]);
  }
};
