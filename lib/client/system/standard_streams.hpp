// What a program's standard streams may be: closed, full, a pipe that nobody reads.
#pragma once

#include <string_view>

namespace bulletin::client {

/// Call it first in main. A descriptor that is opened later could become a standard stream that is
/// closed, and what is printed would be written into a socket or a file: so /dev/null takes that
/// place, and to use it is the same error as before. A write to a pipe that nobody reads is an
/// error and no signal's end; programs that are started from here get the default.
void hold_standard_streams() noexcept;

/// False: standard output was closed, or is open for reading only.
bool output_is_open() noexcept;

/// Writes out what waits in stdout. Throws std::system_error when any of it could not be written.
void finish_output();

/// To standard error. What cannot be written there is lost: it could be told nowhere else.
void print_error(std::string_view text) noexcept;

}  // namespace bulletin::client
