// CURVE keys as text: 40 characters of Z85 (https://rfc.zeromq.org/spec/32/), in files that may
// have comments.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace bulletin::wire {

inline constexpr std::size_t key_characters = 40;
using KeyBytes = std::array<unsigned char, 32>;

[[nodiscard]] bool is_key(std::string_view text) noexcept;

/// The bytes of a text that `is_key`; of none, zeros.
[[nodiscard]] KeyBytes key_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string key_text(const KeyBytes& key);

/// A line that says nothing: empty, or a comment, which begins with "# ". (A key may begin with #,
/// but has no spaces.)
[[nodiscard]] bool is_comment(std::string_view line) noexcept;

/// The key in the text of a key file: its last line that is no comment. Throws DecodeError, which
/// does not tell what is there instead.
[[nodiscard]] std::string key_in(std::string_view text);

/// The text of a key file.
[[nodiscard]] std::string key_file(std::string_view comment, std::string_view key);

}  // namespace bulletin::wire
