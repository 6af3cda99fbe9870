// Values that are given on the command line.
#pragma once

#include <string>

#include <bulletin/value.hpp>

namespace bulletin::cli {

/// JSON, with a hint for those who meant text. Throws UsageError.
Value value_of_word(const std::string& text);

/// The same, where "-" is standard input, and `--string` (`is_text`) takes either as it is.
Value value_of_argument(const std::string& word, bool is_text);

}  // namespace bulletin::cli
