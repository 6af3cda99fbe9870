// How bulletin-broker says why it ends.
#pragma once

#include <string_view>

namespace bulletin {

/// One line on standard error, which begins with the program's name; gives back the exit code.
int complain(std::string_view message, int code);

/// Writes out what was printed. Gives back the exit code: this one, or, with a complaint, 1 when
/// something could not be written.
int finish_output(int code);

}  // namespace bulletin
