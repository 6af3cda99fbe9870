// Which connections that were not let in the log tells of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace bulletin::server {

/// Somebody whose key is not among the authorized ones.
struct UnknownKey {
  std::string address;  ///< empty on ipc
  std::string key;      ///< Z85
};

/// An operator has to see each key once: a client that waits outside tries again all the time. But
/// a flood of strangers makes no flood of the log. Pure: time is an argument.
class UnknownKeyLog {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds interval{10};
  static constexpr std::size_t most_in_interval = 5;
  static constexpr std::chrono::minutes until_told_again{10};
  static constexpr std::size_t most_remembered = 64;

  /// True: tell of it now.
  bool should_log(std::string_view key, Time now) {
    std::erase_if(told_, [&](const Told& told) { return now - told.at >= until_told_again; });
    const bool known =
        std::any_of(told_.begin(), told_.end(), [&](const Told& told) { return told.key == key; });
    const auto lately = std::count_if(told_.begin(), told_.end(),
                                      [&](const Told& told) { return now - told.at < interval; });
    if (known || static_cast<std::size_t>(lately) >= most_in_interval) return false;
    if (told_.size() == most_remembered) told_.pop_front();
    told_.push_back({std::string(key), now});
    return true;
  }

 private:
  struct Told {
    std::string key;
    Time at;
  };
  std::deque<Told> told_;
};

}  // namespace bulletin::server
