#include "replica/cross_thread_allocator.hpp"

#include <cstdint>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using bulletin::replica::CrossThreadAllocator;
using bulletin::replica::CrossThreadString;

namespace {

/// A block that knows what it holds.
struct FilledBlock {
  FilledBlock(std::size_t size, char filling) : bytes(size, filling) {}
  [[nodiscard]] bool whole() const {
    return bytes.find_first_not_of(bytes.front()) == CrossThreadString::npos;
  }
  CrossThreadString bytes;
};

std::vector<FilledBlock> filled_blocks(std::size_t count, char first) {
  std::vector<FilledBlock> blocks;
  for (std::size_t i = 0; i != count; ++i)
    blocks.emplace_back(20 + i % 600, static_cast<char>(first + i % 50));
  return blocks;
}

std::size_t whole_of(const std::vector<FilledBlock>& blocks) {
  std::size_t whole = 0;
  for (const FilledBlock& block : blocks) whole += block.whole() ? 1 : 0;
  return whole;
}

}  // namespace

TEST_CASE("Blocks of all sizes are aligned, and none lies in another") {
  const std::vector<FilledBlock> blocks = filled_blocks(2000, '0');
  CHECK(whole_of(blocks) == 2000);
  CrossThreadAllocator<std::max_align_t> allocator;
  for (const std::size_t count : {1, 3, 32, 33, 1000}) {
    std::max_align_t* const block = allocator.allocate(count);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0);
    std::memset(block, 0xFF, count * sizeof(*block));
    allocator.deallocate(block, count);
  }
}

TEST_CASE("Threads take blocks, and others give them back, in any order") {
  std::mutex mutex;
  std::vector<FilledBlock> passed;
  std::size_t whole = 0;
  std::vector<std::thread> threads;
  for (int maker = 0; maker != 3; ++maker) {
    threads.emplace_back([&, maker] {
      for (int round = 0; round != 50; ++round) {
        std::vector<FilledBlock> made = filled_blocks(100, static_cast<char>('0' + maker));
        const std::scoped_lock lock(mutex);
        for (std::size_t i = round % 2; i < made.size(); i += 2)
          passed.push_back(std::move(made[i]));
      }
    });
  }
  threads.emplace_back([&] {
    for (std::size_t taken = 0; taken != 3 * 50 * 50;) {
      std::vector<FilledBlock> mine;
      {
        const std::scoped_lock lock(mutex);
        mine.swap(passed);
      }
      taken += mine.size();
      whole += whole_of(mine);
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  CHECK(whole == 3 * 50 * 50);
}

TEST_CASE("Blocks outlive the thread that took them") {
  std::vector<FilledBlock> blocks;
  std::thread([&] { blocks = filled_blocks(300, 'a'); }).join();
  CHECK(whole_of(blocks) == 300);
}

namespace {

/// Ends with its thread, after the memory of the thread if it was there first.
struct LastWords {
  std::vector<FilledBlock>* where = nullptr;
  ~LastWords() {
    if (where != nullptr) *where = filled_blocks(300, 'A');
  }
};

}  // namespace

TEST_CASE("Blocks can be taken while a thread ends") {
  std::vector<FilledBlock> blocks;
  std::thread([&] {
    thread_local LastWords words;
    words.where = &blocks;
    CHECK(whole_of(filled_blocks(300, 'a')) == 300);
  }).join();
  CHECK(whole_of(blocks) == 300);
}
