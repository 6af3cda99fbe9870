// For tables with text as keys, in which views are looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/table_hash.hpp"

namespace bulletin::server {

/// The seed of all tables of this process, drawn at random.
std::uint64_t hash_seed();

struct TextHash : wire::TableHash {
  TextHash() : TableHash{hash_seed()} {}
};

// For tables of pointers to things with a `text`.

inline std::string_view text_of(std::string_view text) noexcept { return text; }
template <class Pointer>
requires requires(const Pointer& pointer) { pointer->text; }
std::string_view text_of(const Pointer& pointer) noexcept { return pointer->text; }

struct HashOfText : TextHash {
  template <class Key>
  std::size_t operator()(const Key& key) const noexcept {
    return TextHash::operator()(text_of(key));
  }
};

struct SameText {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left& left, const Right& right) const noexcept {
    return text_of(left) == text_of(right);
  }
};

}  // namespace bulletin::server
