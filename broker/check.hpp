// bulletin-broker check: is the data in a folder whole, and what is it?
#pragma once

#include <string>

namespace bulletin {

/// Prints it, and returns the program's exit code.
int check_data(const std::string& folder);

}  // namespace bulletin
