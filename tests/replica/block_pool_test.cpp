#include "replica/block_pool.hpp"

#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "replica/size_class.hpp"
#include "support/catch.hpp"

using bulletin::replica::BlockPool;
using bulletin::replica::size_class;

TEST_CASE("a size class holds what was asked for and wastes at most a quarter") {
  std::size_t last_index = 0;
  for (std::size_t bytes = 1; bytes < 300'000; ++bytes) {
    const auto size = size_class(bytes);
    REQUIRE(size.bytes >= bytes);
    REQUIRE(size.bytes % 8 == 0);
    if (bytes > 128) REQUIRE(size.bytes <= bytes + bytes / 4);
    REQUIRE((size.index == last_index || size.index == last_index + 1));
    REQUIRE(size_class(size.bytes).index == size.index);
    last_index = size.index;
  }
}

TEST_CASE("blocks do not overlap, are aligned, and are zero at first") {
  BlockPool pool;
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  for (std::size_t i = 0; i != 2000; ++i) {
    const std::size_t bytes = 1 + i * 37 % 5000;
    auto* block = static_cast<unsigned char*>(pool.allocate(bytes));
    REQUIRE(reinterpret_cast<std::uintptr_t>(block) % 8 == 0);
    for (std::size_t k = 0; k != bytes; ++k) REQUIRE(block[k] == 0);
    std::memset(block, static_cast<int>(i % 255 + 1), bytes);
    blocks.emplace_back(block, bytes);
  }
  for (std::size_t i = 0; i != blocks.size(); ++i) {
    const auto [block, bytes] = blocks[i];
    REQUIRE(block[0] == i % 255 + 1);
    REQUIRE(block[bytes - 1] == i % 255 + 1);
  }
}

TEST_CASE("blocks of one cache line lie on cache lines") {
  BlockPool pool;
  for (int i = 0; i != 1000; ++i) {
    REQUIRE(reinterpret_cast<std::uintptr_t>(pool.allocate(64)) % 64 == 0);
  }
}

TEST_CASE("a released block is handed out again in its own class only") {
  BlockPool pool;
  void* block = pool.allocate(100);
  pool.release(block, 100);
  CHECK(pool.allocate(40) != block);
  CHECK(pool.allocate(97) == block);
}

TEST_CASE("blocks in turn take no more from the system than are in use at once") {
  BlockPool pool;
  for (const std::size_t bytes : {20U, 700U, 70'000U, 1'000'000U}) {
    std::vector<void*> blocks;
    for (int i = 0; i != 8; ++i) blocks.push_back(pool.allocate(bytes));
    const std::size_t footprint = pool.footprint();
    for (int round = 0; round != 50; ++round) {
      for (void* block : blocks) pool.release(block, bytes);
      for (void*& block : blocks) block = pool.allocate(bytes);
      REQUIRE(pool.footprint() == footprint);
    }
  }
}

TEST_CASE("large blocks that are free give their pages back and read as words still") {
  BlockPool pool;
  constexpr std::size_t bytes = std::size_t{1} << 20;
  std::vector<unsigned char*> blocks;
  for (int i = 0; i != 16; ++i) {
    blocks.push_back(static_cast<unsigned char*>(pool.allocate(bytes)));
    std::memset(blocks.back(), 0x5A, bytes);
  }
  CHECK(pool.footprint() >= 16 * bytes);
  for (unsigned char* block : blocks) pool.release(block, bytes);
  CHECK(pool.footprint() <= 4 * bytes);
  CHECK(blocks.back()[bytes - 1] == 0);

  std::set<void*> again;
  for (int i = 0; i != 16; ++i) again.insert(pool.allocate(bytes));
  CHECK(again == std::set<void*>(blocks.begin(), blocks.end()));
  CHECK(pool.footprint() >= 16 * bytes);
}
