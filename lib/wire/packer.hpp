// MessagePack onto the end of a string.
#pragma once

#include <msgpack/pack.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "wire/epoch.hpp"

namespace bulletin::wire {

/// What msgpack::packer writes to.
class StringBuffer {
 public:
  explicit StringBuffer(std::string& out) noexcept : out_(&out) {}
  void write(const char* data, std::size_t size) { out_->append(data, size); }

 private:
  std::string* out_;
};

/// The few things that messages are made of; integers take their shortest form.
class Packer {
 public:
  explicit Packer(std::string& out) noexcept : out_(out), buffer_(out), packer_(buffer_) {}

  Packer& array(std::size_t count) {
    packer_.pack_array(static_cast<std::uint32_t>(count));
    return *this;
  }
  Packer& map(std::size_t count) {
    packer_.pack_map(static_cast<std::uint32_t>(count));
    return *this;
  }
  Packer& integer(std::uint64_t number) {
    packer_.pack_uint64(number);
    return *this;
  }
  template <class Enum>
  requires std::is_enum_v<Enum> Packer& integer(Enum number) {
    return integer(static_cast<std::uint64_t>(number));
  }
  Packer& signed_integer(std::int64_t number) {
    packer_.pack_int64(number);
    return *this;
  }
  /// Always as float 64: pack_double makes an integer of 1.0, and loses the sign of -0.0.
  Packer& real(double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    std::array<char, 9> bytes{'\xCB'};
    for (std::size_t i = 1; i != bytes.size(); ++i)
      bytes[i] = static_cast<char>(bits >> (64 - 8 * i));
    return raw({bytes.data(), bytes.size()});
  }
  Packer& boolean(bool value) {
    value ? packer_.pack_true() : packer_.pack_false();
    return *this;
  }
  Packer& nil() {
    packer_.pack_nil();
    return *this;
  }
  Packer& string(std::string_view text) {
    packer_.pack_str(static_cast<std::uint32_t>(text.size()));
    return raw(text);
  }
  Packer& binary(std::string_view bytes) {
    packer_.pack_bin(static_cast<std::uint32_t>(bytes.size()));
    return raw(bytes);
  }
  Packer& epoch(const Epoch& epoch) {
    return binary({reinterpret_cast<const char*>(epoch.bytes.data()), epoch.bytes.size()});
  }
  /// What is MessagePack already.
  Packer& raw(std::string_view bytes) {
    out_.append(bytes);
    return *this;
  }

 private:
  std::string& out_;
  StringBuffer buffer_;
  msgpack::packer<StringBuffer> packer_;
};

}  // namespace bulletin::wire
