// For tables of things with a `text`, in which views are looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/table_hash.hpp"

namespace bulletin::service {

inline std::string_view text_of(std::string_view text) noexcept { return text; }
template <class Pointer>
requires requires(const Pointer& pointer) { pointer->text; }
std::string_view text_of(const Pointer& pointer) noexcept { return pointer->text; }

struct HashOfText : wire::TableHash {
  explicit HashOfText(std::uint64_t seed) noexcept : TableHash{seed} {}

  template <class Key>
  std::size_t operator()(const Key& key) const noexcept {
    return TableHash::operator()(text_of(key));
  }
};

struct SameText {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left& left, const Right& right) const noexcept {
    return text_of(left) == text_of(right);
  }
};

}  // namespace bulletin::service
