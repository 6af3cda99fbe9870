#include "client/system/event_log.hpp"

#include <algorithm>
#include <utility>

namespace bulletin::client {

std::optional<LogEntry> EventLog::admit(LogLevel level, std::string_view event,
                                        std::string_view details, SteadyTime now) {
  Count& count = counts_.try_emplace(event, Count{now}).first->second;
  if (const auto earned = (now - count.earned_at) / interval; earned > 0) {
    count.left = static_cast<int>(std::min<std::int64_t>(burst, count.left + earned));
    count.earned_at += earned * interval;
  }
  if (count.left == 0) {
    ++count.left_out;
    return std::nullopt;
  }
  --count.left;
  LogEntry entry{level, std::string(event), "event=" + std::string(event)};
  if (!details.empty()) (entry.text += ' ') += details;
  if (const std::uint64_t left_out = std::exchange(count.left_out, 0); left_out != 0)
    entry.text += " left_out=" + std::to_string(left_out);
  return entry;
}

}  // namespace bulletin::client
