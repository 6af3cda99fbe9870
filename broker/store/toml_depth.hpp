// Keeps a parser of TOML from a stack overflow.
#pragma once

#include <cstddef>
#include <string_view>

namespace bulletin::store {

/// The number of the first line that nests deeper than any file of ours: with more than 32 brackets
/// inside each other, or a key with more than 32 dots; 0: there is none. toml++ descends a level of
/// the stack for each. Ask before `toml::parse`.
std::size_t line_too_deep(std::string_view text) noexcept;

/// What to say of it.
inline constexpr std::string_view too_deep = "it nests more than 32 levels deep";

}  // namespace bulletin::store
