// The namespaces and their attributes, with a journal from which every change can be taken back.
#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/attribute_pool.hpp"
#include "authority/commit_log.hpp"
#include "authority/extent.hpp"
#include "authority/namespace_attributes.hpp"
#include "authority/quota.hpp"
#include "wire/table_hash.hpp"

namespace bulletin::authority {

/// One namespace.
struct Space {
  Space(std::string_view own_name, std::uint64_t first, const AttributePool& pool, Account& maker,
        std::uint64_t seed)
      : name(own_name), attributes(pool, seed), revision(first), kept(first), owner(&maker) {}

  const std::string name;
  NamespaceAttributes attributes;
  std::uint64_t revision;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  Extent extent;  ///< `set_extent`
  KeptCommits kept;
  Account* owner;        ///< what there is of it is counted there
  bool watched = false;  ///< somebody subscribes to it
  bool forgotten = false;
  std::uint32_t aside = 0;    ///< of its tables, those that are set aside
  std::uint64_t due = 0;      ///< when `take_due` tells of it; 0: never
  std::uint32_t commits = 0;  ///< its place in TurnCommits; 0: none in this turn

  void set_extent(const Extent& now) noexcept {
    owner->used[Resource::attributes] += now.attributes - extent.attributes;
    owner->used[Resource::bytes] += now.bytes - extent.bytes;
    extent = now;
  }
};

/// What is done here is done at once and can be taken back, the newest first: to a mark (a
/// transaction), or all (a turn). The revision, count, digest and extent of a namespace are not
/// of the journal.
class NamespaceTable {
 public:
  /// `seed`: of the hashes of its tables.
  explicit NamespaceTable(std::uint64_t seed) : by_name_(0, EntryHash{{seed}}) {}
  NamespaceTable(const NamespaceTable&) = delete;
  NamespaceTable& operator=(const NamespaceTable&) = delete;
  ~NamespaceTable();

  /// The namespace, or null.
  [[nodiscard]] Space* find(std::string_view name) const;
  /// It must not be there.
  Space& make(std::string_view name, std::uint64_t revision, Account& owner);
  /// A namespace without attributes becomes another user's.
  void give(Space& space, Account& owner);
  void watch(Space& space, bool watched);
  /// Without attributes and subscribers: nobody would miss it.
  [[nodiscard]] static bool idle(const Space& space) noexcept {
    return !space.watched && space.attributes.empty();
  }
  /// If it is idle now, `take_due` tells of it when the clock has come to `due`, and not before.
  void look_again(Space& space, std::uint64_t due);
  /// The first to be looked at again, once, if its time has come; or null.
  [[nodiscard]] Space* take_due(std::uint64_t clock);
  /// It must be idle. It stays readable until `take_forgotten`.
  void forget(Space& space);
  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }
  /// About what the namespaces take in memory beside their attributes, and what is set aside.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_of_names_ + aside_bytes_; }
  [[nodiscard]] static std::size_t bytes_of(std::string_view name) noexcept {
    return namespace_overhead + name.size();
  }

  using Ordered = absl::btree_map<std::string_view, std::unique_ptr<Space>>;
  /// By name.
  [[nodiscard]] const Ordered& ordered() const noexcept { return ordered_; }

  [[nodiscard]] Attribute& at(Handle handle) const noexcept { return pool_.at(handle); }

  /// A new attribute, absent as yet. The name must be legal and not there.
  Handle make(Space& space, const HashedName& name, std::size_t value_size);
  /// The same, with a value, behind all names that are there; never taken back.
  Handle restore(Space& space, const HashedName& name, std::string_view value);
  /// Remembers the attribute as it stands and makes it absent; the caller gives it another value or
  /// unlinks it.
  void save(Space& space, Handle handle);
  /// Gives an absent attribute a value, or takes the value that it was given since it was saved.
  void assign(Handle handle, std::string_view value) { AttributePool::assign(at(handle), value); }
  void clear(Handle handle) noexcept { AttributePool::clear(at(handle)); }
  /// An absent attribute goes out of the table.
  void unlink(Space& space, Handle handle);
  /// All attributes go out of the namespace at once, however many they are: their table is set
  /// aside, and they end in `sweep`.
  void set_aside(Space& space);
  /// The table that was set aside last.
  [[nodiscard]] const NamespaceAttributes& last_aside() const noexcept {
    return *aside_.back().table;
  }
  /// Ends a portion of what was set aside, which grows with all of that; `end_lease(Handle)` is
  /// called for attributes that had a lease.
  template <class EndLease>
  void sweep(EndLease&& end_lease);
  [[nodiscard]] bool sweeping() const noexcept { return !aside_.empty(); }

  /// Something that has been changed since the last commit.
  struct Touched {
    const Space* space;
    Handle handle;                       // 0: the namespace itself
    bool forgotten;                      // the namespace
    const NamespaceAttributes* cleared;  // what was cleared; or null
  };
  /// Calls `visit(Touched)` in the order of the first changes, without what only concerns who
  /// subscribes. `before`: the newest number given before these changes.
  template <class Visitor>
  void for_each_touched(std::uint64_t before, Visitor&& visit) const {
    for (const Record& record : records_) {
      if (is_first_of_its_kind(record, before)) {
        visit(Touched{record.space, record.handle, record.kind == Kind::space_forgotten,
                      record.kind == Kind::set_aside
                          ? reinterpret_cast<const NamespaceAttributes*>(record.where)
                          : nullptr});
      }
    }
  }

  [[nodiscard]] std::size_t mark() const noexcept { return records_.size(); }
  void rollback(std::size_t mark);
  /// Takes all back that was done since the last commit.
  void abandon();
  /// Nothing is taken back any more.
  void commit();
  /// The namespaces that were forgotten since the last call. Between turns only.
  [[nodiscard]] std::vector<std::unique_ptr<Space>> take_forgotten() {
    return std::exchange(forgotten_, {});
  }

 private:
  enum class Kind : std::uint8_t {
    space_made,
    space_forgotten,
    space_watched,
    space_scheduled,
    space_given,
    made,
    saved,
    unlinked,
    set_aside
  };
  struct Record {
    Space* space;
    // saved: the attribute's; made, unlinked: the key of its name; space_scheduled: `due` before
    std::uint64_t revision;
    // saved: the place in `bytes_`, or the address of a value outside; space_given: of the owner
    // before; set_aside: the table's
    std::uint64_t where;
    std::uint32_t size;  // saved: the value's
    Handle handle;
    Kind kind;
    bool leased;  // saved
  };

  /// An attribute that was saved with a later revision than `before` has been touched already, and
  /// one that is unlinked was saved or made first.
  static bool is_first_of_its_kind(const Record& record, std::uint64_t before) noexcept {
    switch (record.kind) {
      case Kind::space_watched:
      case Kind::space_scheduled:
      case Kind::space_given:
      case Kind::unlinked: return false;
      case Kind::saved: return record.revision <= before;
      default: return true;
    }
  }

  /// A table that was cleared; the attributes before `next` have been swept, those before `gone`
  /// are no more.
  struct Aside {
    Space* space;
    std::unique_ptr<NamespaceAttributes> table;
    NamespaceAttributes::const_iterator next;
    NamespaceAttributes::const_iterator gone;
    std::uint64_t bytes;  // of memory
  };
  static constexpr std::size_t least_swept = 10'000;
  static constexpr std::size_t most_swept = 100'000;
  /// What it takes to sweep an attribute with a lease, as others.
  static constexpr std::size_t price_of_leased = 8;

  void destroy_swept();
  void restore_swept() noexcept;
  void enter(std::unique_ptr<Space> space);
  std::unique_ptr<Space> take_out(Space& space);
  void schedule(Space& space, std::uint64_t due);
  void move_due(Space& space, std::uint64_t due);
  static void count(const Space& space, bool there) noexcept;
  static void move_owner(Space& space, Account& owner) noexcept;
  void undo(const Record& record);
  void restore(const Record& record);
  void trim_saved();
  void destroy_unlinked();

  /// With the hash of its name, so that a table that grows reads no namespace.
  struct Entry {
    std::uint64_t hash;
    Space* space;
  };
  struct EntryHash : wire::TableHash {
    using TableHash::operator();
    std::size_t operator()(const Entry& entry) const noexcept { return entry.hash; }
  };
  struct SameName {
    using is_transparent = void;
    static std::string_view name(const Entry& entry) noexcept { return entry.space->name; }
    static std::string_view name(std::string_view text) noexcept { return text; }
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
      return name(left) == name(right);
    }
  };

  AttributePool pool_;
  absl::flat_hash_set<Entry, EntryHash, SameName> by_name_;
  Ordered ordered_;
  absl::btree_set<std::pair<std::uint64_t, std::string_view>> by_due_;
  std::size_t bytes_of_names_ = 0;
  std::vector<Record> records_;
  std::string bytes_;  // the saved values that are inside their blocks
  std::vector<std::unique_ptr<Space>> forgotten_;
  std::deque<Aside> aside_;  // the oldest first
  std::size_t unswept_ = 0;  // attributes in there
  std::uint64_t aside_bytes_ = 0;
};

template <class EndLease>
void NamespaceTable::sweep(EndLease&& end_lease) {
  std::size_t left = std::clamp(unswept_ / 8, least_swept, most_swept);
  for (Aside& aside : aside_) {
    for (; aside.next != aside.table->end(); ++aside.next, --unswept_) {
      if (left == 0) return;
      const bool leased = at(*aside.next).leased;
      left -= std::min(left, leased ? price_of_leased : std::size_t{1});
      if (leased) end_lease(*aside.next);
    }
  }
}

}  // namespace bulletin::authority
