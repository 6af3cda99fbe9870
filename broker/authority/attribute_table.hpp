// The attributes of one namespace, by name and in name order.
#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string_view>

#include "authority/attribute_pool.hpp"

namespace bulletin::authority {

/// A name and its wire::name_hash.
struct HashedName {
  std::string_view name;
  std::uint64_t hash = 0;
};

/// Two indexes of handles. They are only touched when names come and go.
class AttributeTable {
 public:
  explicit AttributeTable(const AttributePool& pool);

  /// The attribute of that name, or 0.
  [[nodiscard]] Handle find(const HashedName& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? 0 : *found;
  }
  /// The name must not be there.
  void insert(Handle handle, std::uint64_t hash);
  /// The name must be there.
  void erase(Handle handle, std::uint64_t hash);

  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }
  [[nodiscard]] bool empty() const noexcept { return by_name_.empty(); }

 private:
  struct Hash {
    using is_transparent = void;
    const AttributePool* pool;
    std::size_t operator()(const HashedName& name) const noexcept { return name.hash; }
    std::size_t operator()(Handle handle) const noexcept;
  };
  struct Equal {
    using is_transparent = void;
    const AttributePool* pool;
    bool operator()(Handle left, Handle right) const noexcept { return left == right; }
    bool operator()(Handle left, const HashedName& right) const noexcept {
      return pool->at(left).name() == right.name;
    }
  };
  struct Less {
    using is_transparent = void;
    const AttributePool* pool;
    [[nodiscard]] std::string_view name(Handle handle) const noexcept {
      return pool->at(handle).name();
    }
    [[nodiscard]] static std::string_view name(std::string_view text) noexcept { return text; }
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
      return name(left) < name(right);
    }
  };
  using Ordered = absl::btree_set<Handle, Less>;

 public:
  using const_iterator = Ordered::const_iterator;
  [[nodiscard]] const_iterator begin() const { return ordered_.begin(); }
  [[nodiscard]] const_iterator end() const { return ordered_.end(); }
  /// The first attribute behind this name.
  [[nodiscard]] const_iterator after(std::string_view name) const {
    return ordered_.upper_bound(name);
  }

 private:
  absl::flat_hash_set<Handle, Hash, Equal> by_name_;
  Ordered ordered_;
};

}  // namespace bulletin::authority
