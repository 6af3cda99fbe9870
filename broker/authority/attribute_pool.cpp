#include "authority/attribute_pool.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace bulletin::authority {

namespace {

// Every number fits without a block of its own, and so does an address.
constexpr std::size_t least_value_capacity = 9;
constexpr std::size_t most_value_capacity = 255;

/// A smaller rest is kept, for a value that grows again.
constexpr std::size_t worth_trimming = 32;

std::size_t block_size(std::size_t name_size, std::size_t capacity) noexcept {
  return sizeof(Attribute) + name_size + capacity;
}

}  // namespace

Handle AttributePool::make(std::string_view name, std::size_t value_size) {
  const std::size_t wanted = value_size > most_value_capacity ? least_value_capacity : value_size;
  const std::size_t size =
      Arena::rounded(block_size(name.size(), std::max(wanted, least_value_capacity)));
  const Handle handle = arena_.allocate(size);
  const std::size_t capacity = std::min(size - block_size(name.size(), 0), most_value_capacity);
  auto* attribute = new (arena_.at(handle)) Attribute{0, 0, static_cast<std::uint16_t>(name.size()),
                                                      static_cast<std::uint8_t>(capacity), false};
  std::memcpy(attribute->room() - name.size(), name.data(), name.size());
  return handle;
}

void AttributePool::destroy(Handle handle) noexcept {
  Attribute& attribute = at(handle);
  clear(attribute);
  arena_.release(handle, block_size(attribute.name_size, attribute.capacity));
}

void AttributePool::assign(Attribute& attribute, std::string_view value) {
  assert(!attribute.present() && !value.empty());
  char* room = attribute.room();
  if (value.size() > attribute.capacity) {
    char* address = new char[value.size()];
    std::memcpy(room, &address, sizeof address);
    room = address;
  }
  std::memcpy(room, value.data(), value.size());
  attribute.value_size = static_cast<std::uint32_t>(value.size());
}

void AttributePool::clear(Attribute& attribute) noexcept {
  if (attribute.outside()) free_outside(attribute.address());
  attribute.value_size = 0;
}

bool AttributePool::wastes(const Attribute& attribute) noexcept {
  const std::size_t used = attribute.outside() ? least_value_capacity : attribute.value_size;
  return attribute.capacity >= used + worth_trimming;
}

void AttributePool::trim(Handle handle) noexcept {
  Attribute& attribute = at(handle);
  const std::size_t used = attribute.outside() ? 0 : attribute.value_size;
  const std::size_t before = Arena::rounded(block_size(attribute.name_size, attribute.capacity));
  const std::size_t after = Arena::rounded(
      block_size(attribute.name_size, std::max<std::size_t>(used, least_value_capacity)));
  if (after >= before) return;
  attribute.capacity = static_cast<std::uint8_t>(after - block_size(attribute.name_size, 0));
  arena_.release(handle + static_cast<Handle>(after / Arena::unit), before - after);
}

char* AttributePool::take_outside(Attribute& attribute) noexcept {
  char* address = attribute.address();
  attribute.value_size = 0;
  return address;
}

void AttributePool::put_outside(Attribute& attribute, char* address, std::uint32_t size) noexcept {
  std::memcpy(attribute.room(), &address, sizeof address);
  attribute.value_size = size;
}

}  // namespace bulletin::authority
