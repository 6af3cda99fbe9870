// The attributes of one namespace, by name and in name order.
#pragma once

#include <absl/container/btree_set.h>

#include <cstdint>
#include <string_view>

#include "authority/attribute_pool.hpp"
#include "authority/name_index.hpp"

namespace bulletin::authority {

/// Two indexes of handles. They are only touched when names come and go.
class NamespaceAttributes {
 public:
  NamespaceAttributes(const AttributePool& pool, std::uint64_t seed)
      : by_name_(pool, seed), ordered_(Less{&pool}) {}

  [[nodiscard]] const NameIndex& by_name() const noexcept { return by_name_; }

  /// The name must not be there.
  void insert(Handle handle, std::uint64_t key);
  /// The same; it is quick if the name is behind all others.
  void append(Handle handle, std::uint64_t key);
  /// Behind all that are there.
  [[nodiscard]] bool is_last(std::string_view name) const {
    return empty() || ordered_.key_comp()(*ordered_.rbegin(), name);
  }
  /// The attribute must be there.
  void erase(Handle handle, std::uint64_t key);

  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

 private:
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
  NameIndex by_name_;
  Ordered ordered_;
};

}  // namespace bulletin::authority
