// For tables with text as keys, in which views are looked up.
#pragma once

#include <cstddef>
#include <string_view>

#include "wire/digest.hpp"

namespace bulletin::server {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return wire::name_hash(text); }
};

}  // namespace bulletin::server
