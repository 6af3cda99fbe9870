#include "cli/missing.hpp"

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "wire/names.hpp"

namespace bulletin::cli {

std::string wildcard_hint(const std::string& name) {
  if (name.find('*') == name.npos) return "";
  return "; * stands for itself, as there are no wildcards: `bulletin ls PREFIX` lists namespaces, "
         "and `watch NS` and `show NS` are of all attributes of one";
}

void throw_missing(const std::string& space, const std::string& name) {
  throw Error(Errc::missing,
              fmt::format("{} has no attribute {}{}", wire::quoted(space), wire::quoted(name),
                          wildcard_hint(space + name)),
              name);
}

void throw_empty(const std::string& space) {
  throw Error(Errc::missing,
              fmt::format("{} has no attributes; `bulletin ls` lists the namespaces{}",
                          wire::quoted(space), wildcard_hint(space)));
}

}  // namespace bulletin::cli
