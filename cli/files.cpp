#include "cli/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/exit.hpp"
#include "wire/names.hpp"

namespace bulletin::cli {
namespace {

[[noreturn]] void throw_unreadable(const std::string& what) {
  throw UsageError("cannot read " + what + ": " + std::strerror(errno));
}

std::string read_all(std::FILE* file, const std::string& what) {
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const std::size_t size = std::fread(part.data(), 1, part.size(), file);
    text.append(part.data(), size);
    if (size < part.size()) break;
  }
  if (std::ferror(file) != 0) throw_unreadable(what);
  return text;
}

}  // namespace

std::string read_input() { return read_all(stdin, "standard input"); }

std::string read_file(const std::string& path) {
  if (path == "-") return read_input();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) throw_unreadable(wire::quoted(path));
  return read_all(file.get(), wire::quoted(path));
}

}  // namespace bulletin::cli
