#include "server/config/text_file.hpp"

#include <string.h>  // explicit_bzero

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/telemetry/loggers.hpp"

namespace bulletin::server {
namespace {

[[noreturn]] void refuse_file(std::string_view option, const std::string& path) {
  const int error = errno;
  const std::string what = fmt::format("{}: cannot read {}", option, server::quoted(path));
  if (error == EMFILE || error == ENFILE || error == ENOMEM)
    throw std::system_error(error, std::generic_category(), what);
  throw Error(Errc::rejected, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

}  // namespace

std::string read_text_file(std::string_view option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse_file(option, path);
  std::string text;
  std::array<char, 4096> part{};
  while (file.read(part.data(), part.size()) || file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > text_file_bytes) {
      ::explicit_bzero(text.data(), text.size());
      throw Error(Errc::rejected, fmt::format("{}: {} is larger than 1 MiB: is it the right file?",
                                              option, server::quoted(path)));
    }
  }
  explicit_bzero(part.data(), part.size());   // it may be a secret
  if (file.bad()) refuse_file(option, path);  // such as a folder
  return text;
}

}  // namespace bulletin::server
