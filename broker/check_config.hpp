// Is what the broker was told good enough to start with?
#pragma once

#include "server/config/settings.hpp"

namespace bulletin {

/// Everything that is known before anything is bound or written: the options, and the files that
/// they name. Throws Error rejected, which names the option.
void check_program_options(const server::ProgramOptions& options);

/// bulletin-broker check-config: also looks where sockets and data are to be. Prints what it finds,
/// and returns the program's exit code.
int check_config(const server::ProgramOptions& options);

}  // namespace bulletin
