#include "client/transport/key_files.hpp"

#include <fcntl.h>
#include <string.h>  // explicit_bzero
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include <bulletin/error.hpp>

#include "wire/key_text.hpp"
#include "wire/names.hpp"

namespace bulletin::client {
namespace {

void write_new(const std::string& path, mode_t mode, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written =
      descriptor >= 0 &&
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return;
  throw Error(Errc::rejected,
              error == EEXIST ? wire::quoted(path) + " is there already: keys are not written over"
                              : "cannot write " + wire::quoted(path) + ": " +
                                    std::generic_category().message(error));
}

}  // namespace

Keys make_key_files(const std::string& name) {
  Keys keys = make_keys();
  std::string secret = wire::key_file("Bulletin secret key: keep it to yourself", keys.own_secret);
  write_new(name + ".key", 0600, secret);
  explicit_bzero(secret.data(), secret.size());
  write_new(name + ".pub", 0644, wire::key_file("Bulletin public key", keys.own_public));
  return keys;
}

}  // namespace bulletin::client
