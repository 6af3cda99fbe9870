#include "authority/attribute_pool.hpp"

#include <algorithm>
#include <cstring>
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

TEST_CASE("a released block is given out again, in parts and with its neighbours") {
  Arena arena;
  const Handle first = arena.allocate(41);
  const Handle second = arena.allocate(48);
  const Handle third = arena.allocate(1000);
  arena.allocate(8);
  arena.release(first, 41);
  CHECK(arena.allocate(45) == first);
  arena.release(second, 48);
  arena.release(first, 48);
  CHECK(arena.allocate(96) == first);
  arena.release(third, 1000);
  CHECK(arena.allocate(40) == third);
  CHECK(arena.allocate(952) == third + 5);
  arena.release(third, 40);
  CHECK(arena.allocate(32) == third);
  arena.release(third, 32);  // with the unit that was left over
  CHECK(arena.allocate(40) == third);
  arena.release(third + 4, 8);
  arena.release(third + 1, 24);
  CHECK(arena.allocate(32) == third + 1);
}

TEST_CASE("blocks that come and go in any order keep their bytes, and take no more than at first") {
  Arena arena;
  struct Block {
    Handle handle;
    std::size_t size;
    char mark;
  };
  std::vector<Block> blocks;
  std::uint64_t random = 1;
  const auto below = [&random](std::size_t bound) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(random >> 33) % bound;
  };
  Handle highest = 0;
  for (int round = 0; round != 300; ++round) {
    // Each round has sizes of its own.
    const std::size_t least = 8 + static_cast<std::size_t>(round % 50) * 40;
    for (int i = 0; i != 500; ++i) {
      const std::size_t size = least + below(48);
      const auto mark = static_cast<char>(below(256));
      const Handle handle = arena.allocate(size);
      std::memset(arena.at(handle), mark, size);
      blocks.push_back({handle, size, mark});
      if (round < 50) highest = std::max(highest, handle);
      REQUIRE(handle <= highest + (64u << 10) / Arena::unit * 8);
    }
    while (blocks.size() > (round % 10 == 9 ? 0 : 300)) {
      std::swap(blocks[below(blocks.size())], blocks.back());
      const Block& block = blocks.back();
      const std::string_view bytes(arena.at(block.handle), block.size);
      REQUIRE(bytes == std::string(block.size, block.mark));
      arena.release(block.handle, block.size);
      blocks.pop_back();
    }
  }
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
