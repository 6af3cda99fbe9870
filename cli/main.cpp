// bulletin: the board from a shell.

#include <cstdio>
#include <exception>
#include <variant>

#include <fmt/format.h>

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"

namespace {

using bulletin::cli::Exit;

Exit complain(const std::exception& error, Exit exit) {
  fmt::print(stderr, "bulletin: {}\n", error.what());
  return exit;
}

Exit run(const bulletin::cli::Action& action) {
  try {
    const Exit exit = action();
    bulletin::cli::finish_output();
    return exit;
  } catch (const bulletin::cli::UsageError& error) {
    return complain(error, Exit::wrong_usage);
  } catch (const bulletin::Error& error) {
    return complain(error, bulletin::cli::to_exit(error));
  } catch (const std::exception& error) {
    return complain(error, Exit::refused);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = bulletin::cli::parse_command_line(argc, argv);
  const auto* action = std::get_if<bulletin::cli::Action>(&parsed);
  return static_cast<int>(action != nullptr ? run(*action) : std::get<Exit>(parsed));
}
