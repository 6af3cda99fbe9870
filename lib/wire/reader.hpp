// Reads MessagePack from bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/limits.hpp"
#include "wire/names.hpp"

namespace bulletin::wire {

/// What to reserve for a count that nobody vouches for is the lesser of it and this; what is more
/// has to come first.
inline constexpr std::size_t believed = 1024;

/// A cursor over MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). Every call
/// checks what it reads, throws DecodeError and allocates nothing (but `value` four bytes for each
/// key of a large map). Views point into the bytes given.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes), size_(bytes.size()) {}

  /// The number of elements that follow. More than the remaining bytes could hold is an error.
  std::size_t array(const char* what) {
    const unsigned first = next();
    if (first < 0x90 || first > 0x9F || (first & 15) >= rest_.size()) return long_array(what);
    rest_.remove_prefix(1);
    return first & 15;
  }
  /// The same, and an error when there are fewer than `least`.
  std::size_t array_of(std::size_t least, const char* what) {
    const std::size_t count = array(what);
    if (count < least) too_few(count, least, what);
    return count;
  }
  /// In whatever encoding; also a signed one, if it is not below zero.
  std::uint64_t unsigned_integer(const char* what) {
    const unsigned first = next();
    if (first > 0x7F) return long_unsigned_integer(what);
    rest_.remove_prefix(1);
    return first;
  }
  bool boolean(const char* what) {
    const unsigned first = next();
    if ((first & ~1U) != 0xC2) fail(what, "a boolean");
    rest_.remove_prefix(1);
    return (first & 1) != 0;
  }
  /// Checked to be UTF-8.
  std::string_view string(const char* what) {
    const unsigned first = next();
    const std::size_t size = first & 31;
    if (first < 0xA0 || first > 0xBF || size >= rest_.size()) return long_string(what);
    const std::string_view text = rest_.substr(1, size);
    if (!is_utf8(text)) return long_string(what);  // which says what is wrong
    rest_.remove_prefix(1 + size);
    return text;
  }
  std::string_view binary(const char* what) {
    if (next() != 0xC4 || rest_.size() < 2) return long_binary(what);
    const std::size_t size = static_cast<unsigned char>(rest_[1]);
    if (size > rest_.size() - 2) return long_binary(what);
    rest_.remove_prefix(2);
    return take(size);
  }
  /// One value as its bytes, validated as docs/protocol.md demands: no extension types, map keys
  /// strings and once each, strings UTF-8, depth at most `value_depth`.
  std::string_view value(const char* what) {
    if (next() != 0xCB || rest_.size() < 9) return any_value(what);
    return take(9);  // a double
  }
  /// The keys of larger values need not be looked at: such values are refused for their size.
  void set_most_value_bytes(std::size_t bytes) noexcept { most_value_bytes_ = bytes; }
  /// Passes over one object of any type, extensions too: what a later version may add.
  void skip(const char* what);
  /// Passes over so many.
  void skip(std::size_t count, const char* what);
  /// The same for what a later version may add to a message: all of it together, with what is
  /// inside, at most `further_objects`.
  void skip_further(std::size_t count, const char* what) {
    if (count != 0) further_ = skip_objects(count, further_, what);
  }
  bool next_is_nil() const noexcept;
  bool next_is_true() const noexcept;
  void nil(const char* what);

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t position() const noexcept { return size_ - rest_.size(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  /// The next bytes, as they are; there have to be so many.
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken(rest_.data(), size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// Throws unless everything was read.
  void finish(const char* what) const;

 private:
  /// The first byte to come; 0x100 at the end.
  [[nodiscard]] unsigned next() const noexcept {
    return rest_.empty() ? 0x100U : static_cast<unsigned char>(rest_[0]);
  }
  /// Passes over so many objects, with what is inside at most `most`; returns how many are left of
  /// these.
  std::uint64_t skip_objects(std::uint64_t count, std::uint64_t most, const char* what);
  std::size_t long_array(const char* what);
  std::string_view long_string(const char* what);
  std::string_view long_binary(const char* what);
  std::string_view any_value(const char* what);
  std::uint64_t long_unsigned_integer(const char* what);
  template <class Word>
  std::uint64_t take_number() noexcept;
  [[noreturn]] void fail(const char* what, const char* wanted) const;
  [[noreturn]] static void too_few(std::size_t count, std::size_t least, const char* what);

  std::string_view rest_;
  std::size_t size_;
  std::uint64_t further_ = further_objects;  // that may be passed over
  std::size_t most_value_bytes_ = SIZE_MAX;
};

}  // namespace bulletin::wire
