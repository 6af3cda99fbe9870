// A broker that has one namespace and keeps every state that it ever had.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replica/namespace_replica.hpp"
#include "wire/epoch.hpp"
#include "wire/update.hpp"

namespace bulletin::test {

/// What a namespace holds: name -> value bytes and revision.
struct Held {
  std::string value;
  std::uint64_t revision = 0;
  friend bool operator==(const Held&, const Held&) = default;
};
using Contents = std::map<std::string, Held, std::less<>>;

std::uint64_t digest_of(const Contents& contents);
/// What a replica's table holds, as its owner sees it.
Contents contents_of(const replica::NamespaceReplica& replica);
wire::Epoch epoch_number(std::uint8_t number);
/// The encoded bytes of a text.
std::string text(std::string_view text);

class NamespaceModel {
 public:
  using Change = std::pair<std::string, std::optional<std::string>>;  // nullopt: removed

  explicit NamespaceModel(std::string name) : name_(std::move(name)) { begin_epoch(); }

  /// Returns the update that tells of it.
  std::string commit(const std::vector<Change>& changes, bool cleared = false);
  std::string set(std::string_view name, std::string_view value) {
    return commit({{std::string(name), text(value)}});
  }
  std::string erase(std::string_view name) { return commit({{std::string(name), std::nullopt}}); }
  std::string clear() { return commit({}, true); }
  [[nodiscard]] std::string beat() const;
  /// The update with all commits after a revision that is still known.
  [[nodiscard]] std::string run_after(std::uint64_t revision) const;

  /// The reply to a SNAPSHOT or SINCE.
  [[nodiscard]] std::string answer(std::string_view request) const;

  /// Loses everything. The numbers go on, or begin again after `last`.
  void begin_epoch();
  void begin_epoch_after(std::uint64_t last) {
    begin_epoch();
    last_number_ = last;
  }

  [[nodiscard]] const wire::Epoch& epoch() const noexcept { return epoch_; }
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const Contents& contents() const noexcept { return contents_; }
  /// What it held after a commit of any epoch; null: there was none with this number.
  [[nodiscard]] const Contents* contents_at(std::uint64_t revision) const;

  std::size_t part_attributes = 3;  ///< in a SNAPSHOT's part
  std::size_t part_commits = 2;     ///< in a SINCE's
  std::size_t log_commits = 1000;   ///< kept
  std::uint64_t stride = 1;         ///< between the revisions of two commits

 private:
  struct Logged {
    std::uint64_t previous = 0;
    std::uint64_t revision = 0;
    std::uint64_t count = 0;
    std::string bytes;
  };

  [[nodiscard]] std::string snapshot(std::string_view after) const;
  [[nodiscard]] std::string since(const wire::Epoch& epoch, std::uint64_t revision) const;
  [[nodiscard]] wire::Run run_of(std::size_t from, std::size_t to, std::string& bytes) const;

  const std::string name_;
  wire::Epoch epoch_;
  std::uint8_t epochs_ = 0;
  std::uint64_t revision_ = 0;
  std::uint64_t last_number_ = 0;  // over all epochs
  std::uint64_t count_ = 0;
  Contents contents_;
  std::deque<Logged> log_;
  std::map<std::uint64_t, Contents> history_;
};

}  // namespace bulletin::test
