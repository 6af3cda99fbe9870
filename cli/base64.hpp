// Base64 as RFC 4648 has it: the standard alphabet, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <bulletin/value.hpp>

namespace bulletin::cli {

std::string to_base64(const Bytes& bytes);

/// nullopt for anything that `to_base64` would not have written.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace bulletin::cli
