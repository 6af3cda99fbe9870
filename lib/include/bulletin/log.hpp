// What a broker or a client tells an operator.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace bulletin {

enum class LogLevel {
  info,
  warning,  ///< something does not work as it should, and the program goes on
  error,    ///< something has ended or is refused until somebody mends it
};

/// The name of the level, such as "warning".
std::string_view to_string(LogLevel level) noexcept;
std::ostream& operator<<(std::ostream& out, LogLevel level);

/// One event, as `bulletin-broker` logs it: `text` is "event=NAME key=value ...", with text from
/// outside in quotes and escaped. It has no time and no level, and holds no secret.
struct LogEntry {
  LogLevel level = LogLevel::info;
  std::string event;  ///< NAME
  std::string text;
};

/// What `BrokerOptions::on_log` and `ClientOptions::on_log` are. What it throws is ignored.
using LogHook = std::function<void(const LogEntry&)>;

}  // namespace bulletin
