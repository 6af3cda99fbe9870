// The command line, as typed by people.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cli/exit.hpp"
#include "cli/verb.hpp"
#include "cli/verbs.hpp"

namespace bulletin::cli {

/// What to do. Throws what the verbs throw.
using Action = std::function<Exit()>;

/// Knows the verbs, and reads the words of one command.
class CommandLine {
 public:
  /// With all verbs.
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Declares a verb. `examples`: whole lines, shown by its --help.
  Verb verb(const char* name, const char* what, const char* examples,
            std::function<Exit(const Common&)> run, Uses uses = {});

  /// What asks for help or the version, or is wrong, is answered at once: then there is an exit
  /// code in place of an action.
  std::variant<Action, Exit> parse(const std::vector<std::string>& words);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Reads the command line.
std::variant<Action, Exit> parse_command_line(int argc, char** argv);

}  // namespace bulletin::cli
