// The command line of bulletin-broker.
#pragma once

#include <optional>

#include "server/config/settings.hpp"

namespace bulletin {

struct Arguments {
  server::ProgramOptions options;
  std::optional<int> exit_on_eof;  ///< a descriptor
};

/// Prints and gives the exit code where the program is to end at once: --help, --version, wrong
/// usage.
std::optional<int> parse_arguments(int argc, char** argv, Arguments& arguments);

}  // namespace bulletin
