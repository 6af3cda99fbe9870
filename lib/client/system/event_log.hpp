// What a client tells an operator, and not too often.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <bulletin/log.hpp>

#include "client/system/clock.hpp"

namespace bulletin::client {

/// Admits ten entries of each event, and one more for each second; the next one then says how many
/// were left out. One thread at a time.
class EventLog {
 public:
  /// `event` lives as long as the program; `details`: "key=value ...", or empty.
  std::optional<LogEntry> admit(LogLevel level, std::string_view event, std::string_view details,
                                SteadyTime now);

 private:
  static constexpr std::chrono::seconds interval{1};
  static constexpr int burst = 10;

  struct Count {
    SteadyTime earned_at;  // one more
    int left = burst;
    std::uint64_t left_out = 0;
  };
  std::map<std::string_view, Count> counts_;
};

}  // namespace bulletin::client
