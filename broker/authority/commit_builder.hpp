// Makes one commit of one namespace, or nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/lease_table.hpp"
#include "authority/namespace_table.hpp"
#include "authority/turn_commits.hpp"

namespace bulletin::authority {

/// Changes are done in place, so that what follows sees them; `finish` makes them a commit in which
/// each name appears at most once, with its final effect, or, if nothing has changed, takes
/// everything back as `rollback` does.
class CommitBuilder {
 public:
  /// `total`: of all namespaces; kept up to date.
  CommitBuilder(NamespaceTable& namespaces, LeaseTable& leases, TurnCommits& commits, Extent& total)
      : namespaces_(namespaces), leases_(leases), commits_(commits), total_(total) {}

  /// `revision` is the commit's number, if there will be one.
  void begin(Space& space, std::uint64_t revision);

  /// Where a name is in the table, or would be. Good until the next change.
  struct Place {
    HashedName name;
    Handle handle = 0;  // 0: not there

    [[nodiscard]] bool known() const noexcept { return handle != 0; }
  };
  [[nodiscard]] Place find(std::string_view name) const;
  /// Empty: absent.
  [[nodiscard]] std::string_view value(const Place& place) const noexcept;
  /// 0: absent.
  [[nodiscard]] std::uint64_t revision(const Place& place) const noexcept;

  /// `lease`: without session and deadline there is none.
  void set(const Place& place, std::string_view value, const Lease& lease);
  /// A new value under the lease that there is.
  void update(const Place& place, std::string_view value);
  /// Nothing happens if it is absent.
  void erase(const Place& place);
  void clear();

  /// What the namespace has if all that was done is kept.
  [[nodiscard]] Extent extent() const;
  /// All that was there goes, which takes its memory until it is swept.
  [[nodiscard]] bool has_cleared() const noexcept { return removed_ != 0; }
  /// Memory of the board beside the attributes of namespaces.
  [[nodiscard]] std::uint64_t namespaces_bytes() const noexcept { return namespaces_.bytes(); }
  /// There will be a commit.
  [[nodiscard]] bool has_changes() const;
  /// True: there is a commit.
  [[nodiscard]] bool finish();
  void rollback();

  /// What was done beside names and values since the last call, also if it was taken back.
  struct Effort {
    std::size_t leases = 0;  ///< that began or ended
    std::size_t tables = 0;  ///< that were set aside
  };
  Effort take_effort() noexcept { return std::exchange(effort_, {}); }

 private:
  struct Touched {
    Handle handle;
    bool existed;  // its name, before the commit
    std::uint64_t hash;
  };
  struct Tally {
    std::size_t present = 0;
    std::size_t removed = 0;

    [[nodiscard]] bool any() const noexcept { return present + removed != 0; }
  };

  Handle make_absent(const Place& place, std::size_t value_size);
  void touch(Handle handle, std::uint64_t hash);
  [[nodiscard]] bool existed_before_clear(const HashedName& name) const;
  void end_lease(Handle handle);
  /// It goes with a session that has ended, and is as good as gone.
  [[nodiscard]] bool has_outlived_session(Handle handle) const {
    return namespaces_.at(handle).leased && leases_.outlives_session(handle);
  }
  [[nodiscard]] Tally tally() const;
  void append(const Tally& tally);
  void settle();

  NamespaceTable& namespaces_;
  LeaseTable& leases_;
  TurnCommits& commits_;
  Extent& total_;

  Space* space_ = nullptr;
  std::uint64_t revision_ = 0;
  std::size_t namespaces_mark_ = 0;
  std::size_t lease_mark_ = 0;
  // What the namespace's will be, without the attributes touched.
  std::uint64_t digest_ = 0;
  Extent extent_;
  bool cleared_ = false;
  std::size_t removed_ = 0;  // how many attributes were cleared that existed before the commit
  // Since the last clear, in the order of their first change; an attribute touched has `revision_`.
  std::vector<Touched> touched_;
  Effort effort_;
};

}  // namespace bulletin::authority
