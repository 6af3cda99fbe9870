// Durations as people type them.
#pragma once

#include <chrono>
#include <string>

namespace bulletin::cli {

/// The longest duration: 100 years, which no clock or timeout of the program overflows.
inline constexpr std::chrono::hours longest_duration{876'000};

/// A number and its unit: "500ms", "2s", "1.5m", "1h", rounded to whole milliseconds. Only 0 needs
/// no unit. Throws UsageError for everything else, and for less than `least`.
std::chrono::milliseconds parse_duration(
    const std::string& text, std::chrono::milliseconds least = std::chrono::milliseconds(1));

}  // namespace bulletin::cli
