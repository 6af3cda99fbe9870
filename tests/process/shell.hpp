// A broker program, and the command line that talks to it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/program.hpp"

namespace bulletin::test {

inline const std::string bin_folder = BULLETIN_BIN_DIR;

/// What a program left behind.
struct Result {
  int exit = 0;
  std::string output;
  std::string errors;
};

/// `bulletin` with these words, run to its end. Unless they say otherwise nothing listens where it
/// looks for a broker.
Result run_bulletin(const std::vector<std::string>& words, std::string_view input = {});

/// The same by a shell's command; `$bulletin` is the program.
Result run_shell(const std::string& command);

/// Of a file, such as the key in a key file.
std::string last_line(const std::string& path);

/// A broker on a free port.
class BrokerProgram {
 public:
  explicit BrokerProgram(std::vector<std::string> options = {});

  const std::string& endpoint() const noexcept { return endpoint_; }
  Program& program() noexcept { return program_; }

  /// `bulletin` at this broker.
  Result run(std::vector<std::string> words, std::string_view input = {}) const;
  /// The same; what it prints, if it ends with 0 and no word of complaint, else what went wrong.
  std::string output_of(std::vector<std::string> words, std::string_view input = {}) const;

 private:
  Program program_;
  std::string endpoint_;
};

}  // namespace bulletin::test
