// What a slot of a replica holds, without a type.
#pragma once

#include <bit>
#include <cstdint>

#include <bulletin/detail/slot.hpp>

namespace bulletin {

/// What kind of value an attribute holds. `encoded`: a string, bytes, an array or a map.
using ValueKind = detail::Kind;

/// An attribute's value, if it is a scalar, without a conversion; see `Attribute::scalar`.
struct RawScalar {
  ValueKind kind = ValueKind::absent;
  /// The value of a boolean, integer or real by its bit pattern. Meaningless for other kinds.
  std::uint64_t bits = 0;
  /// Differs after each change of the attribute. As long as it is the same, what was made of the
  /// value is up to date.
  std::uint64_t state = 0;

  [[nodiscard]] bool boolean() const noexcept { return bits != 0; }
  [[nodiscard]] std::int64_t integer() const noexcept { return static_cast<std::int64_t>(bits); }
  [[nodiscard]] std::uint64_t unsigned_integer() const noexcept { return bits; }
  [[nodiscard]] double real() const noexcept { return std::bit_cast<double>(bits); }
};

}  // namespace bulletin
