// Reads MessagePack from bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bulletin::wire {

/// A cursor over MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). Every call checks what it reads, throws
/// DecodeError and allocates nothing. Views point into the bytes given.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes), size_(bytes.size()) {}

  /// The number of elements that follow. More than the remaining bytes could hold is an error.
  std::size_t array(const char* what);
  std::uint64_t unsigned_integer(const char* what);
  bool boolean(const char* what);
  std::string_view string(const char* what);  ///< checked to be UTF-8
  std::string_view binary(const char* what);
  /// One value as its bytes, validated as docs/protocol.md demands: no extension types, map keys strings and once each, strings UTF-8,
  /// depth at most `value_depth`.
  std::string_view value(const char* what);
  /// Passes over one object of any type, extensions too: what a later version may add.
  void skip(const char* what);
  bool next_is_nil() const noexcept;
  void nil(const char* what);

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t position() const noexcept { return size_ - rest_.size(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  /// Throws unless everything was read.
  void finish(const char* what) const;

 private:
  std::string_view rest_;
  std::size_t size_;
};

}  // namespace bulletin::wire
