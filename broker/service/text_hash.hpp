// For tables of things with a `text`, in which views are looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "wire/table_hash.hpp"

namespace bulletin::service {

inline std::string_view text_of(std::string_view text) noexcept { return text; }
template <class Pointer>
requires requires(const Pointer& pointer) { pointer->text; }
std::string_view text_of(const Pointer& pointer) noexcept { return pointer->text; }

/// Such a pointer with the hash of its text, so that a table that grows reads no text.
template <class Pointer>
struct Hashed {
  Hashed(std::size_t hash_of_text, Pointer to) : hash(hash_of_text), pointer(std::move(to)) {}

  std::size_t hash;
  Pointer pointer;
};
template <class Pointer>
std::string_view text_of(const Hashed<Pointer>& hashed) noexcept {
  return text_of(hashed.pointer);
}

struct HashOfText : wire::TableHash {
  explicit HashOfText(std::uint64_t seed) noexcept : TableHash{seed} {}

  using TableHash::operator();
  template <class Pointer>
  std::size_t operator()(const Hashed<Pointer>& hashed) const noexcept {
    return hashed.hash;
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
