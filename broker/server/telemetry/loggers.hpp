// How the broker logs: one line for an event, "event=NAME key=value ...".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include <bulletin/log.hpp>

namespace bulletin::server {

/// A logger that says nothing: an embedded broker writes to nobody's terminal.
std::shared_ptr<spdlog::logger> silent_log();

/// To the hook, from level info on.
std::shared_ptr<spdlog::logger> hooked_log(LogHook hook);

/// To standard error: time, level, event. Throws Error rejected for a level that there is not.
std::shared_ptr<spdlog::logger> standard_log(const std::string& level);

/// Text that cannot control a terminal: escaped, see vocabulary/escape.hpp.
std::string printable(std::string_view text);

/// Text from outside as the value of a key: the same in quotes, with quotes and backslashes
/// escaped.
std::string quoted(std::string_view text);

}  // namespace bulletin::server
