// MessagePack onto the end of a string.
#pragma once

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

/// What a packer writes to: the end of a string.
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
  explicit BasicPacker(Arguments&... arguments) noexcept : buffer_(arguments...) {}
  BasicPacker(const BasicPacker&) = delete;
  BasicPacker& operator=(const BasicPacker&) = delete;

  BasicPacker& array(std::size_t count) {
    return count < 16 ? byte(0x90 | count) : long_head(0xDC, count);
  }
  BasicPacker& map(std::size_t count) {
    return count < 16 ? byte(0x80 | count) : long_head(0xDE, count);
  }
  BasicPacker& integer(std::uint64_t number) {
    if (number < 0x80) return byte(number);
    if (number <= 0xFF) return tagged<std::uint8_t>(0xCC, number);
    if (number <= 0xFFFF) return tagged<std::uint16_t>(0xCD, number);
    if (number <= 0xFFFFFFFF) return tagged<std::uint32_t>(0xCE, number);
    return tagged<std::uint64_t>(0xCF, number);
  }
  template <class Enum>
  requires std::is_enum_v<Enum> BasicPacker& integer(Enum number) {
    return integer(static_cast<std::uint64_t>(number));
  }
  BasicPacker& signed_integer(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    if (number >= 0) return integer(bits);
    if (number >= -0x20) return byte(bits);
    if (number >= -0x80) return tagged<std::uint8_t>(0xD0, bits);
    if (number >= -0x8000) return tagged<std::uint16_t>(0xD1, bits);
    if (number >= -0x80000000LL) return tagged<std::uint32_t>(0xD2, bits);
    return tagged<std::uint64_t>(0xD3, bits);
  }
  /// Always as float 64, also what an integer could say: 1.0 stays a real, and -0.0 has its sign.
  BasicPacker& real(double number) {
    return tagged<std::uint64_t>(0xCB, std::bit_cast<std::uint64_t>(number));
  }
  BasicPacker& boolean(bool value) { return byte(value ? 0xC3 : 0xC2); }
  BasicPacker& nil() { return byte(0xC0); }
  BasicPacker& string(std::string_view text) { return string_head(text.size()).raw(text); }
  /// What comes before the bytes of a string or binary of this size.
  BasicPacker& string_head(std::size_t size) {
    if (size < 32) return byte(0xA0 | size);
    return size <= 0xFF ? tagged<std::uint8_t>(0xD9, size) : long_head(0xDA, size);
  }
  BasicPacker& binary_head(std::size_t size) {
    return size <= 0xFF ? tagged<std::uint8_t>(0xC4, size) : long_head(0xC5, size);
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
  BasicPacker& byte(std::uint64_t value) {
    const auto low = static_cast<char>(value);
    return raw({&low, 1});
  }
  /// A type byte, and the lowest bytes of a number behind it.
  template <class Word>
  BasicPacker& tagged(std::uint8_t type, std::uint64_t number) {
    std::array<char, 1 + sizeof(Word)> bytes;
    bytes[0] = static_cast<char>(type);
    put_big_endian<Word>(bytes.data() + 1, number);
    return raw({bytes.data(), bytes.size()});
  }
  /// A size of two bytes, or of four with the next type byte.
  BasicPacker& long_head(std::uint8_t type, std::size_t size) {
    if (size <= 0xFFFF) return tagged<std::uint16_t>(type, size);
    return tagged<std::uint32_t>(static_cast<std::uint8_t>(type + 1), size);
  }

  Buffer buffer_;
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
