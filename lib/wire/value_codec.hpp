// Values <-> MessagePack bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/detail/slot.hpp>
#include <bulletin/value.hpp>

namespace bulletin::wire {

/// Appends the shortest encoding: integers in their smallest form, doubles always as float 64.
/// Throws Error rejected for a value deeper than `value_depth`, or with a string or key that is not
/// UTF-8.
void encode_value(const Value& value, std::string& out);
std::string encode_value(const Value& value);
/// The same for what is to be stored in an attribute, which the Error then names. Throws Error
/// rejected for bytes that are not exactly one valid value, too.
void encode_content(std::string_view name, detail::Content content, std::string& out);

/// Total: throws DecodeError for bytes that are not exactly one valid value.
Value decode_value(std::string_view bytes);

/// Splits valid bytes as a slot keeps them: nil, booleans, integers and doubles in their shortest
/// encoding become scalars; everything else (also a number encoded longer than need be, whose bytes
/// count in the digest) stays `Kind::encoded`.
detail::Scalar to_scalar(std::string_view bytes) noexcept;

/// The bytes of a scalar, for digests and for sending on: the inverse of `to_scalar`.
class ScalarBytes {
 public:
  ScalarBytes() noexcept = default;
  ScalarBytes(detail::Kind kind, std::uint64_t bits) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 9> bytes_;
  std::size_t size_ = 0;
};

void append_scalar(detail::Kind kind, std::uint64_t bits, std::string& out);

}  // namespace bulletin::wire
