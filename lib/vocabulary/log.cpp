#include <bulletin/log.hpp>

#include <ostream>

namespace bulletin {

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, LogLevel level) { return out << to_string(level); }

}  // namespace bulletin
