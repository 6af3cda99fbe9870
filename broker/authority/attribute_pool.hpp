// One attribute in the memory of the broker: a compact block of an arena.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "authority/arena.hpp"

namespace bulletin::authority {

/// The head of a block; the name follows, and then room for a value of `capacity` bytes. A larger
/// value lives outside, and the room holds its address. A value is never empty, so one of no bytes
/// says that the attribute is absent.
struct Attribute {
  std::uint64_t revision;
  std::uint32_t value_size;
  std::uint16_t name_size;
  std::uint8_t capacity;
  bool leased;  ///< a lease table knows it

  [[nodiscard]] bool present() const noexcept { return value_size != 0; }
  [[nodiscard]] bool outside() const noexcept { return value_size > capacity; }
  [[nodiscard]] std::string_view name() const noexcept { return {bytes(), name_size}; }
  [[nodiscard]] std::string_view value() const noexcept {
    return {outside() ? address() : bytes() + name_size, value_size};
  }

  [[nodiscard]] const char* bytes() const noexcept {
    return reinterpret_cast<const char*>(this) + sizeof(Attribute);
  }
  [[nodiscard]] char* room() noexcept {
    return reinterpret_cast<char*>(this) + sizeof(Attribute) + name_size;
  }
  [[nodiscard]] char* address() const noexcept {
    char* address;
    std::memcpy(&address, bytes() + name_size, sizeof address);
    return address;
  }
};

static_assert(sizeof(Attribute) == 16);

/// Makes and ends attributes. The block of an attribute never moves.
class AttributePool {
 public:
  AttributePool() = default;
  AttributePool(const AttributePool&) = delete;
  AttributePool& operator=(const AttributePool&) = delete;

  /// An absent attribute, with room for a value of about `value_size` bytes if that is small.
  /// `name`: 1 to wire::name_bytes.
  Handle make(std::string_view name, std::size_t value_size);
  void destroy(Handle handle) noexcept;

  [[nodiscard]] Attribute& at(Handle handle) const noexcept {
    return *std::launder(reinterpret_cast<Attribute*>(arena_.at(handle)));
  }

  /// Gives an absent attribute a value.
  static void assign(Attribute& attribute, std::string_view value);
  /// The value ends.
  static void clear(Attribute& attribute) noexcept;

  /// The block has much more room than the value needs.
  [[nodiscard]] static bool wastes(const Attribute& attribute) noexcept;
  /// Gives the room back that the value of a present attribute does not need.
  void trim(Handle handle) noexcept;

  /// Takes the memory of a value that lives outside; the attribute is absent then.
  static char* take_outside(Attribute& attribute) noexcept;
  /// The other way; the attribute must be absent.
  static void put_outside(Attribute& attribute, char* address, std::uint32_t size) noexcept;
  static void free_outside(char* address) noexcept { delete[] address; }

 private:
  Arena arena_;
};

}  // namespace bulletin::authority
