#include "authority/attribute_pool.hpp"

#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin::authority;

TEST_CASE("blocks of an arena do not overlap and never move") {
  Arena arena;
  std::vector<std::pair<char*, std::size_t>> blocks;
  for (std::size_t i = 0; i != 5'000; ++i) {
    const std::size_t size = 8 + i * 7 % 1'500;
    const Handle handle = arena.allocate(size);
    REQUIRE(handle != 0);
    std::memset(arena.at(handle), static_cast<int>(i % 251), size);
    blocks.emplace_back(arena.at(handle), size);
  }
  for (std::size_t i = 0; i != blocks.size(); ++i) {
    const auto& [bytes, size] = blocks[i];
    CHECK(std::string_view(bytes, size) == std::string(size, static_cast<char>(i % 251)));
  }
}

TEST_CASE("a released block is given out again for its size") {
  Arena arena;
  const Handle first = arena.allocate(41);
  const Handle second = arena.allocate(48);
  arena.release(first, 41);
  arena.release(second, 48);
  CHECK(arena.allocate(56) != first);
  CHECK(arena.allocate(45) == second);
  CHECK(arena.allocate(48) == first);
}

TEST_CASE("an attribute keeps values of every size") {
  AttributePool pool;
  const std::string name(1024, 'n');
  for (const std::size_t first : {1, 9, 100, 255, 256, 5'000}) {
    const Handle handle = pool.make(name, first);
    Attribute& attribute = pool.at(handle);
    CHECK_FALSE(attribute.present());
    for (const std::size_t size : {1, 8, 9, 10, 17, 254, 255, 256, 257, 100'000, 2}) {
      const std::string value(size, static_cast<char>('a' + size % 26));
      AttributePool::assign(attribute, value);
      CHECK(attribute.present());
      CHECK(attribute.name() == name);
      CHECK(attribute.value() == value);
      CHECK(attribute.outside() == (size > attribute.capacity));
      AttributePool::clear(attribute);
      CHECK_FALSE(attribute.present());
    }
    pool.destroy(handle);
  }
}

TEST_CASE("a value outside can be taken and put back") {
  AttributePool pool;
  const std::string value(1'000, 'v');
  const Handle handle = pool.make("x", 1);
  Attribute& attribute = pool.at(handle);
  AttributePool::assign(attribute, value);
  char* taken = AttributePool::take_outside(attribute);
  CHECK_FALSE(attribute.present());
  AttributePool::assign(attribute, "small");
  AttributePool::clear(attribute);
  AttributePool::put_outside(attribute, taken, 1'000);
  CHECK(attribute.value() == value);
  pool.destroy(handle);
}

TEST_CASE("an attribute of the usual size takes 48 bytes") {
  AttributePool pool;
  const Handle first = pool.make("thirteen char", 17);
  const Handle second = pool.make("thirteen char", 17);
  CHECK(second - first == 48 / Arena::unit);
  CHECK(pool.at(first).capacity >= 17);
}
