// keygen: a pair of keys in two files.

#include <string>

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "client/key_files.hpp"

namespace bulletin::cli {

Exit keygen(const Common& common, const std::string& name) {
  try {
    client::make_key_files(name);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  if (common.json) {
    print_line(fmt::format("{{\"key\": {}, \"pub\": {}}}", to_json_string(name + ".key"),
                           to_json_string(name + ".pub")));
  } else {
    print_line(name + ".key (secret), " + name + ".pub (public)");
  }
  return Exit::done;
}

}  // namespace bulletin::cli
