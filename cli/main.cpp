// bulletin: the board from a shell.

#include <exception>
#include <variant>

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "client/system/standard_streams.hpp"

namespace {

using bulletin::cli::Exit;

Exit complain(const std::exception& error, Exit exit) {
  bulletin::cli::note(error.what());
  return exit;
}

Exit run(int argc, char** argv) {
  try {
    const auto parsed = bulletin::cli::parse_command_line(argc, argv);
    const auto* action = std::get_if<bulletin::cli::Action>(&parsed);
    return action != nullptr ? (*action)() : std::get<Exit>(parsed);
  } catch (const bulletin::cli::UsageError& error) {
    return complain(error, Exit::wrong_usage);
  } catch (const bulletin::Error& error) {
    return complain(error, bulletin::cli::to_exit(error));
  } catch (const std::exception& error) {
    return complain(error, Exit::refused);
  }
}

/// What has gone wrong before has told its own reason.
Exit finish(Exit exit) {
  if (exit != Exit::done) return exit;
  try {
    bulletin::cli::finish_output();
    return exit;
  } catch (const std::exception& error) {
    return complain(error, Exit::refused);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bulletin::client::hold_standard_streams();
  return static_cast<int>(finish(run(argc, argv)));
}
