#include "cli/base64.hpp"

#include <cstddef>
#include <cstdint>

namespace bulletin::cli {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bits of one group of four characters; padding counts as zeros.
std::optional<std::uint32_t> group_bits(std::string_view group, std::size_t padding) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    std::size_t digit = 0;
    if (i < 4 - padding) digit = alphabet.find(group[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
  }
  return bits;
}

}  // namespace

std::string to_base64(const Bytes& bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      bits = bits << 8 | (j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[j]) : 0U);
    }
    const std::size_t digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
    for (std::size_t j = 0; j < 4; ++j) {
      text += j < digits ? alphabet[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (; !text.empty(); text.remove_prefix(4)) {
    std::size_t padding = 0;
    if (text.size() == 4) padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
    const auto bits = group_bits(text, padding);
    if (!bits) return std::nullopt;
    const std::uint32_t unused = (1U << 8 * padding) - 1;
    if ((*bits & unused) != 0) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      bytes.push_back(static_cast<std::byte>(*bits >> (16 - 8 * i) & 255));
    }
  }
  return bytes;
}

}  // namespace bulletin::cli
