#include "server/net/path_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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

TEST_CASE("Nobody else can open a lock file and so hold the lock when its broker has ended") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "board";
  const auto mode = [&] {
    return std::filesystem::status(path + ".lock").permissions() & std::filesystem::perms::all;
  };
  const mode_t before = ::umask(0);
  std::optional<PathLock> lock(path);
  CHECK(mode() == std::filesystem::perms(0600));
  lock.reset();
  // As an earlier version has left it in a crash.
  std::ofstream(path + ".lock") << "1\n";
  CHECK(mode() == std::filesystem::perms(0666));
  lock.emplace(path);
  CHECK(mode() == std::filesystem::perms(0600));
  ::umask(before);
}

TEST_CASE("A lock that another process holds is told with who may be asked") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "board";
  const auto complaint = [&]() -> std::string {
    try {
      const PathLock lock(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  // Left by a broker that is gone, and held by a stranger.
  std::ofstream(path + ".lock") << "2147483646\n";
  const int stranger = ::open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(stranger, LOCK_EX | LOCK_NB) == 0);
  CHECK(complaint().find("not process 2147483646") != std::string::npos);
  CHECK(complaint().find("fuser") != std::string::npos);
  if (::chown((path + ".lock").c_str(), 65534, 65534) == 0)
    CHECK(complaint().find("belongs to the user with the id 65534") != std::string::npos);
  ::close(stranger);
  CHECK(complaint() == "none");
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
