// The id of one continuous history.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>

#include "wire/limits.hpp"

namespace bulletin::wire {

/// 128 random bits; all zero: none.
struct Epoch {
  std::array<std::uint8_t, epoch_bytes> bytes{};

  explicit operator bool() const noexcept {
    return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; });
  }
  /// A part of it that tells it from all others, for places where all of it does not fit.
  std::uint64_t tag() const noexcept {
    std::uint64_t tag = 0;
    std::memcpy(&tag, bytes.data(), sizeof tag);
    return tag;
  }

  friend auto operator<=>(const Epoch&, const Epoch&) noexcept = default;
};

class Reader;

/// Throws DecodeError.
Epoch read_epoch(Reader& reader);

}  // namespace bulletin::wire
