#include "process/shell.hpp"

#include <fstream>
#include <utility>

namespace bulletin::test {
namespace {

Result finish(Program& program, std::string_view input) {
  program.write_input(input);
  program.close_input();
  const int exit = program.wait();
  return {exit, program.output(), program.errors()};
}

std::vector<std::string> with_free_port(std::vector<std::string> options) {
  options.insert(options.end(), {"--bind", "tcp://127.0.0.1:*"});
  return options;
}

}  // namespace

Result run_bulletin(const std::vector<std::string>& words, std::string_view input) {
  Program program(bin_folder + "/bulletin", words);
  return finish(program, input);
}

Result run_shell(const std::string& command) {
  Program program("/bin/bash", {"-c", "bulletin='" + bin_folder + "/bulletin'; " + command});
  return finish(program, {});
}

std::string last_line(const std::string& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);) last = line;
  return last;
}

BrokerProgram::BrokerProgram(std::vector<std::string> options)
    : program_(bin_folder + "/bulletin-broker", with_free_port(std::move(options))),
      endpoint_(value_of(program_.read_line(), "commands")) {}

Result BrokerProgram::run(std::vector<std::string> words, std::string_view input) const {
  words.insert(words.begin(), {"--endpoint", endpoint_});
  return run_bulletin(words, input);
}

std::string BrokerProgram::output_of(std::vector<std::string> words, std::string_view input) const {
  const Result result = run(std::move(words), input);
  if (result.exit == 0 && result.errors.empty()) return result.output;
  return "exit " + std::to_string(result.exit) + ": " + result.errors;
}

}  // namespace bulletin::test
