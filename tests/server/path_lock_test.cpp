#include "server/path_lock.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include <bulletin/error.hpp>

#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using bulletin::server::PathLock;

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator files(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("A path is locked once, and nothing is left of the lock") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "board";
  {
    const PathLock lock(path);
    CHECK_THROWS_AS(PathLock(path), Error);
    CHECK(files_in(folder.path()) == 1);
  }
  CHECK(files_in(folder.path()) == 0);
  const PathLock again(path);
}

TEST_CASE("What is no socket is refused, and nothing is put beside it") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "board";
  std::ofstream(path) << "mine";
  CHECK_THROWS_AS(PathLock(path), Error);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("Of many that come and go only one at a time has the lock") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "board";
  std::atomic<int> holders = 0;
  std::atomic<int> most = 0;
  std::atomic<int> times = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        try {
          const PathLock lock(path);
          const int now = ++holders;
          if (now > most) most = now;
          ++times;
          --holders;
        } catch (const Error&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(times > 0);
}
