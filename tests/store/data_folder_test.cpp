#include "store/data_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <bulletin/error.hpp>

#include "authority/desk.hpp"
#include "store/store.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

store::StoreOptions in(const std::filesystem::path& folder) {
  store::StoreOptions options;
  options.folder = folder.string();
  return options;
}

}  // namespace

TEST_CASE("data in a folder that was there with wide modes is for its owner only") {
  const test::TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  CHECK(store::rights_of_others(folder.path()) == 0055);
  const mode_t before = ::umask(0);
  {
    store::Store store(in(folder.path()));
    test::Desk desk;
    desk.set("plant", "secret", 1);
    store.begin(desk.authority.options().epoch);
    store.keep(desk.authority);
  }
  ::umask(before);
  CHECK(mode_of(folder.path() / "db") == 0700);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "db")) {
    CAPTURE(entry.path().string());
    CHECK((mode_of(entry.path()) & 0077) == 0);
    ++files;
  }
  CHECK(files > 2);
  CHECK((mode_of(folder.path() / "board.toml") & 0077) == 0);
}

TEST_CASE("data in a folder of another user is refused with what to do") {
  const test::TemporaryFolder folder;
  if (::chown(folder.path().c_str(), 65534, 65534) != 0) return;  // only root can try it
  try {
    const store::Store store(in(folder.path()));
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::rejected);
    CHECK(std::string(error.what()).find("belongs to the user with the id 65534") !=
          std::string::npos);
    CHECK(std::string(error.what()).find("chown") != std::string::npos);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  store::check_owner(folder.path() / "nothing");
}
