// How bulletin-broker says why it ends.
#pragma once

#include <string_view>

namespace bulletin {

/// One line on standard error, which begins with the program's name; gives back the exit code.
int complain(std::string_view message, int code);

}  // namespace bulletin
