// The command line, as typed by people.
#pragma once

#include <functional>
#include <variant>

#include "cli/exit.hpp"

namespace bulletin::cli {

/// What to do. Throws what the verbs throw.
using Action = std::function<Exit()>;

/// Reads the command line. What asks for help or the version, or is wrong, is answered at once:
/// then there is an exit code in place of an action.
std::variant<Action, Exit> parse_command_line(int argc, char** argv);

}  // namespace bulletin::cli
