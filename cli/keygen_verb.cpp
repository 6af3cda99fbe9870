// keygen: a pair of keys in two files.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "client/keys.hpp"
#include "wire/key_text.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

/// A file that was not there.
void write_file(const std::string& path, mode_t mode, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written =
      descriptor >= 0 &&
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return;
  if (error == EEXIST)
    throw UsageError(wire::quoted(path) + " is there already: keys are not written over");
  throw UsageError("cannot write " + wire::quoted(path) + ": " +
                   std::generic_category().message(error));
}

}  // namespace

Exit keygen(const Common& common, const std::string& name) {
  const client::Keys keys = client::make_keys();
  write_file(name + ".key", 0600,
             wire::key_file("Bulletin secret key: keep it to yourself", keys.own_secret));
  write_file(name + ".pub", 0644, wire::key_file("Bulletin public key", keys.own_public));
  if (common.json) {
    print_line(fmt::format("{{\"key\": {}, \"pub\": {}}}", to_json_string(name + ".key"),
                           to_json_string(name + ".pub")));
  } else {
    print_line(name + ".key (secret), " + name + ".pub (public)");
  }
  return Exit::done;
}

}  // namespace bulletin::cli
