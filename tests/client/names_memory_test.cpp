// Ever-new names: client and broker (here in one process) need no more memory afterwards.
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin::test;
using namespace std::chrono_literals;
using bulletin::Client;

namespace {

/// In use, from the heap; and what the process has of the machine's memory.
struct Memory {
  static Memory now() {
    ::malloc_trim(0);
    const auto heap = ::mallinfo2();
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return {heap.uordblks + heap.hblkhd, resident * static_cast<std::size_t>(::getpagesize())};
  }
  std::size_t heap;
  std::size_t resident;
};

bulletin::BrokerOptions forgetful() {
  bulletin::BrokerOptions options = short_times();
  options.session_time = 2s;  // after that, what nobody needs is forgotten
  return options;
}

Client short_lingering(const Board& board) {
  bulletin::ClientOptions options = board.options();
  options.namespace_linger = 100ms;
  return Client(options);
}

using Use = std::function<void(Client&, const std::string& name)>;

/// Uses so many names: afterwards the memory is what it was, but for `allowed` bytes of each, which
/// tables keep for as many that are there at one time. As many others then need nothing more.
void check_memory(const char* what, int names, std::size_t allowed, const Use& use) {
  const Board board(forgetful());
  Client client = short_lingering(board);
  const auto run = [&](const std::string& prefix, int count) {
    constexpr int count_of_threads = 4;  // joins share their round trips
    std::vector<std::thread> threads;
    for (int thread = 0; thread < count_of_threads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = thread; i < count; i += count_of_threads)
          use(client, prefix + std::to_string(i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  const auto is_forgotten = [&] { return client.namespaces("name/").empty(); };
  const auto print = [&](const char* when) {
    const Memory now = Memory::now();
    std::printf("%s, %d names, %s: heap %zu kB, resident %zu kB\n", what, names, when,
                now.heap >> 10, now.resident >> 10);
    return now.heap;
  };
  const auto returns_to = [&](std::size_t heap, std::size_t bytes_of_each) {
    CHECK(await(is_forgotten, 3 * patience));
    const std::size_t bound = heap + bytes_of_each * static_cast<std::size_t>(names) + (256u << 10);
    return await([&] { return Memory::now().heap <= bound; });
  };
  run("name/warm", 200);
  REQUIRE(await(is_forgotten));
  const std::size_t before = print("before");
  run("name/first", names);
  print("with them");
  CHECK(returns_to(before, allowed));
  const std::size_t first = print("afterwards");
  run("name/second", names);
  CHECK(returns_to(first, 16));
  print("after as many others");
}

void leave_unused(Client& client, const std::string& name) { (void)client.publisher(name); }

void publish(Client& client, const std::string& name) {
  client.publisher(name).post("x", 1, {.ttl = 1ms});
}

void open_watch_and_write(Client& client, const std::string& name) {
  const bulletin::Namespace space = client.open(name);
  const auto all = space.watch([](const auto&) {});
  const auto one = space.watch("x", [](const auto&) {});
  const auto x = space.attribute<std::string>("x");
  x.set(std::string(100, 'x'));
  space.erase("x");
}

}  // namespace

TEST_CASE("publishers of ever-new names that are not used cost nothing when they have gone") {
  check_memory("unused publishers", 60'000, 4, leave_unused);
}

TEST_CASE("publishers of ever-new names that are used cost nothing when they have gone") {
  check_memory("used publishers", 4'000, 500, publish);
}

TEST_CASE("ever-new namespaces that are opened and watched and written cost nothing afterwards") {
  check_memory("opened namespaces", 1'000, 500, open_watch_and_write);
}

TEST_CASE("many ever-new names", "[.]") {
  check_memory("unused publishers", 60'000, 4, leave_unused);
  check_memory("used publishers", 60'000, 500, publish);
  check_memory("opened namespaces", 20'000, 500, open_watch_and_write);
}
