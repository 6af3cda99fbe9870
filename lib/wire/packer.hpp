// MessagePack onto the end of a string.
#pragma once

#include <msgpack/pack.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "wire/epoch.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

/// What msgpack::packer writes to: the end of a string.
class StringBuffer {
 public:
  explicit StringBuffer(std::string& out) noexcept : out_(&out) {}
  void write(const char* data, std::size_t size) { out_->append(data, size); }

 private:
  std::string* out_;
};

/// The same without a string: for the few numbers at the front of a message, which then go to the
/// string at once. Each append to a string costs as much as the rest of a number.
class HeadBuffer {
 public:
  static constexpr std::size_t capacity = 96;

  HeadBuffer() noexcept {}  // the bytes need no beginning
  void write(const char* data, std::size_t size) noexcept {
    assert(size <= bytes_.size() - size_);
    std::copy_n(data, size, bytes_.data() + size_);  // memcpy may not be given null and 0
    size_ += size;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, capacity> bytes_;
  std::size_t size_ = 0;
};

/// The same into memory that is known to be large enough, for messages of many small parts.
class MemoryBuffer {
 public:
  explicit MemoryBuffer(std::span<char> memory) noexcept : memory_(memory) {}
  void write(const char* data, std::size_t size) noexcept {
    assert(size <= memory_.size() - size_);
    std::copy_n(data, size, memory_.data() + size_);
    size_ += size;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {memory_.data(), size_}; }

 private:
  std::span<char> memory_;
  std::size_t size_ = 0;
};

/// The few things that messages are made of; integers take their shortest form.
template <class Buffer>
class BasicPacker {
 public:
  template <class... Arguments>
  explicit BasicPacker(Arguments&... arguments) noexcept
      : buffer_(arguments...), packer_(buffer_) {}
  BasicPacker(const BasicPacker&) = delete;
  BasicPacker& operator=(const BasicPacker&) = delete;

  BasicPacker& array(std::size_t count) {
    packer_.pack_array(static_cast<std::uint32_t>(count));
    return *this;
  }
  BasicPacker& map(std::size_t count) {
    packer_.pack_map(static_cast<std::uint32_t>(count));
    return *this;
  }
  BasicPacker& integer(std::uint64_t number) {
    packer_.pack_uint64(number);
    return *this;
  }
  template <class Enum>
  requires std::is_enum_v<Enum> BasicPacker& integer(Enum number) {
    return integer(static_cast<std::uint64_t>(number));
  }
  BasicPacker& signed_integer(std::int64_t number) {
    packer_.pack_int64(number);
    return *this;
  }
  /// Always as float 64: pack_double makes an integer of 1.0, and loses the sign of -0.0.
  BasicPacker& real(double number) {
    std::array<char, 9> bytes{'\xCB'};
    put_big_endian(bytes.data() + 1, std::bit_cast<std::uint64_t>(number));
    return raw({bytes.data(), bytes.size()});
  }
  BasicPacker& boolean(bool value) {
    value ? packer_.pack_true() : packer_.pack_false();
    return *this;
  }
  BasicPacker& nil() {
    packer_.pack_nil();
    return *this;
  }
  BasicPacker& string(std::string_view text) { return string_head(text.size()).raw(text); }
  /// What comes before the bytes of a string or binary of this size.
  BasicPacker& string_head(std::size_t size) {
    packer_.pack_str(static_cast<std::uint32_t>(size));
    return *this;
  }
  BasicPacker& binary_head(std::size_t size) {
    packer_.pack_bin(static_cast<std::uint32_t>(size));
    return *this;
  }
  BasicPacker& binary(std::string_view bytes) { return binary_head(bytes.size()).raw(bytes); }
  BasicPacker& epoch(const Epoch& epoch) {
    return binary({reinterpret_cast<const char*>(epoch.bytes.data()), epoch.bytes.size()});
  }
  /// What is MessagePack already.
  BasicPacker& raw(std::string_view bytes) {
    buffer_.write(bytes.data(), bytes.size());
    return *this;
  }
  [[nodiscard]] std::string_view view() const noexcept { return buffer_.view(); }

 private:
  Buffer buffer_;
  msgpack::packer<Buffer> packer_;
};

using Packer = BasicPacker<StringBuffer>;

using MemoryPacker = BasicPacker<MemoryBuffer>;

/// At most 96 bytes, such as ten numbers or an epoch and eight.
using HeadPacker = BasicPacker<HeadBuffer>;

/// What the head has, and then the parts, onto the end of a string: at once, if they have room
/// behind the head.
inline void append_behind(std::string& out, HeadPacker& head, std::string_view part,
                          std::string_view next = {}) {
  if (part.size() + next.size() <= HeadBuffer::capacity - head.view().size()) {
    out += head.raw(part).raw(next).view();
    return;
  }
  out += head.view();
  out += part;
  out += next;
}

}  // namespace bulletin::wire
