// What verbs read.
#pragma once

#include <string>

namespace bulletin::cli {

/// Standard input, to its end. Throws UsageError.
std::string read_input();

/// A file, or standard input for "-". Throws UsageError.
std::string read_file(const std::string& path);

}  // namespace bulletin::cli
