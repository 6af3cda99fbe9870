#include "store/data_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "store/failure.hpp"

namespace bulletin::store {

void check_owner(const std::string& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return;
  refuse(folder,
         fmt::format("it belongs to the user with the id {}, and this process is the user {}: "
                     "choose another folder, `chown` it, or start the broker as its owner",
                     status.st_uid, ::geteuid()));
}

void make_private(const std::string& folder) {
  std::error_code ignored;  // a filesystem without modes has nothing to take away
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
}

mode_t rights_of_others(const std::string& folder) {
  struct stat status {};
  return ::stat(folder.c_str(), &status) == 0 ? status.st_mode & (S_IRWXG | S_IRWXO) : 0;
}

}  // namespace bulletin::store
