// Text from others, made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulletin::cli {

/// The text as in JSON, with everything escaped that would control a terminal or break a line (see
/// vocabulary/escape.hpp). A backslash is put before each character of `special`.
std::string escape(std::string_view text, std::string_view special = {});

/// How many characters there are.
std::size_t width(std::string_view text) noexcept;

/// The first characters, and an ellipsis when there are more.
std::string shorten(std::string_view text, std::size_t most);

}  // namespace bulletin::cli
