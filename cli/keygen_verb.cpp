// keygen: a pair of keys in two files.

#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "cli/values_json.hpp"
#include "cli/verbs.hpp"
#include "client/transport/key_files.hpp"

namespace bulletin::cli {
namespace {

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

}  // namespace

void add_keygen_verb(CommandLine& line) {
  const auto name = std::make_shared<std::string>();
  line.verb("keygen", "Make a pair of keys: NAME.key, which is secret, and NAME.pub",
            "  bulletin keygen broker\n"
            "  bulletin keygen robot7\n"
            "  echo \"$(tail -n 1 robot7.pub) robot7\" >> authorized_keys\n"
            "  bulletin-broker --secret-key broker.key --authorized-keys authorized_keys\n"
            "  bulletin --server-key broker.pub --key robot7.key ls\n"
            "A line of authorized_keys is the last line of a .pub file, a user's name, a comment.",
            [=](const Common& common) { return keygen(common, *name); }, {.broker = false})
      .word("NAME", *name, "How the files begin");
}

}  // namespace bulletin::cli
