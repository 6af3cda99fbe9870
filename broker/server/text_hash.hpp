// For tables with text as keys, in which views are looked up.
#pragma once

#include <cstddef>
#include <string_view>

#include <absl/hash/hash.h>

namespace bulletin::server {

/// Of its own for each process, so that nobody chooses texts whose hashes are equal.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return absl::Hash<std::string_view>{}(text);
  }
};

}  // namespace bulletin::server
